import { expect, test } from "vitest";
import { quartiles } from "./quartiles.ts";

test("quartiles interpolate between sorted samples, as numpy.percentile does", () => {
  expect(quartiles([4, 1, 3, 2])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25, best: 1, samples: 4 });
  expect(quartiles([10, 20, 30, 40, 1000])).toEqual({ lower: 20, median: 30, upper: 40, best: 10, samples: 5 });
});

test("a single sample is every quartile; none is refused; the samples keep their order", () => {
  expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7, best: 7, samples: 1 });
  expect(() => quartiles([])).toThrow(RangeError);
  const samples = [3, 1, 2];
  quartiles(samples);
  expect(samples).toEqual([3, 1, 2]);
});
