import { expect, test } from "vitest";
import { binsOf, histogramSvg } from "./inspectCharts.ts";

test.each([
  [[3, 1, 17, 17, 4], { whole: true }],
  [Array.from({ length: 500 }, (_, i) => i), { whole: true }],
  [[0.25, 4, 1, 1.01, 3.99], { logarithmic: true }],
  [[7], {}],
  [[7, 7, 7], { logarithmic: true }],
  [[1.5, -2, 8.25], {}],
])("every value is in exactly one bin, and bins follow one another: %j", (values, options) => {
  const bins = binsOf(values, options);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
  expect(bins.length).toBeLessThanOrEqual(24);
  for (const [i, { from, to, count }] of bins.entries()) {
    const last = i === bins.length - 1;
    const inside = values.filter((value) => value >= from - 1e-9 && (last || value < to - 1e-9));
    if (!last) expect(to).toBeCloseTo(bins[i + 1]!.from, 9);
    expect(inside.filter((value) => last || value < to).length).toBe(count);
  }
});

test("whole numbers have bins of their own as long as there are few", () => {
  expect(binsOf([1, 2, 2, 5], { whole: true }).map(({ from, count }) => [from, count])).toEqual([
    [1, 1],
    [2, 2],
    [3, 0],
    [4, 0],
    [5, 1],
  ]);
});

test("nothing gives no bars", () => {
  expect(binsOf([])).toEqual([]);
  expect(histogramSvg([])).not.toContain("<svg");
});
