import { expect, test } from "vitest";
import { meanInterval, studentQuantile } from "./meanInterval.ts";

// The usual table of two-sided 95 % and 99 % points.
test.each([
  [1, 12.706, 63.657],
  [2, 4.303, 9.925],
  [3, 3.182, 5.841],
  [4, 2.776, 4.604],
  [5, 2.571, 4.032],
  [9, 2.262, 3.25],
  [30, 2.042, 2.75],
  [120, 1.98, 2.617],
])("Student's t with %i degrees of freedom: %f and %f", (freedom, t95, t99) => {
  expect(studentQuantile(0.975, freedom)).toBeCloseTo(t95, 3);
  expect(studentQuantile(0.995, freedom)).toBeCloseTo(t99, 3);
  expect(studentQuantile(0.025, freedom)).toBeCloseTo(-t95, 3);
  expect(studentQuantile(0.5, freedom)).toBeCloseTo(0, 9);
});

test("the interval of 1, 2, 3 is 2 ± 4.303/√3; one value has none", () => {
  const { value, low, high } = meanInterval([1, 2, 3])!;
  expect(value).toBe(2);
  expect(high - value).toBeCloseTo(4.3027 / Math.sqrt(3), 3);
  expect(value - low).toBeCloseTo(high - value, 12);
  expect(meanInterval([5])).toBeNull();
  expect(meanInterval([5, 5])).toEqual({ value: 5, low: 5, high: 5 });
});

test("what is no probability or no degrees of freedom is refused", () => {
  expect(() => studentQuantile(1, 3)).toThrow(RangeError);
  expect(() => studentQuantile(0.9, 1.5)).toThrow(RangeError);
  expect(() => meanInterval([1, 2], 95)).toThrow(RangeError);
});
