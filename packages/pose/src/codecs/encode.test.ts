import fc from "fast-check";
import { expect, test } from "vitest";
import { KeypointsError } from "../keypoints.ts";
import { encodeHeatmaps, type HeatmapEncoding, heatmapRatio } from "./encodeHeatmaps.ts";
import { encodeSimcc } from "./encodeSimcc.ts";
import { roundHalfToEven } from "./roundHalfToEven.ts";

const input = { width: 40, height: 56 };
const heatmap = { width: 10, height: 14 };
/** Places in and about the input, some of them far outside. */
const place = fc.oneof(fc.double({ min: -60, max: 100, noNaN: true }), fc.integer({ min: -50, max: 90 }));
const joint = fc.tuple(place, place, fc.constantFrom(0, 1, 2));

test.each<HeatmapEncoding>(["msra", "udp"])("%s copies a patch of 6σ + 1 cells into the map, as HRNet and mmpose write it", (encoding) => {
  fc.assert(
    fc.property(fc.array(joint, { minLength: 1, maxLength: 4 }), fc.constantFrom(1, 2, 3), (joints, sigma) => {
      const { heatmaps, mask } = encodeHeatmaps(joints.flat(), { input, heatmap, sigma, encoding });
      const ratio = heatmapRatio(input, heatmap, encoding);
      for (const [k, [x, y, v]] of joints.entries()) {
        const expected = patch(x / ratio.width, y / ratio.height, v, sigma, encoding === "udp");
        expect(mask[k]).toBe(expected.weight);
        for (const [i, value] of expected.map.entries()) expect(heatmaps[i * joints.length + k]).toBeCloseTo(value, 6);
      }
    }),
    { seed: 21 },
  );
});

/** The definition: a patch made about its middle, then the part of it that lies on the map, by its corners. */
function patch(cellX: number, cellY: number, v: number, sigma: number, subPixel: boolean): { weight: number; map: Float64Array } {
  const map = new Float64Array(heatmap.width * heatmap.height);
  const [muX, muY] = [Math.trunc(cellX + 0.5), Math.trunc(cellY + 0.5)];
  const radius = 3 * sigma;
  const [left, top, right, bottom] = [muX - radius, muY - radius, muX + radius + 1, muY + radius + 1];
  if (!(v > 0) || left >= heatmap.width || top >= heatmap.height || right < 0 || bottom < 0) return { weight: 0, map };
  const [x0, y0] = subPixel ? [radius + cellX - muX, radius + cellY - muY] : [radius, radius];
  for (let row = Math.max(0, -top); row < Math.min(heatmap.height, bottom) - top; row++)
    for (let column = Math.max(0, -left); column < Math.min(heatmap.width, right) - left; column++)
      map[(top + row) * heatmap.width + left + column] = Math.exp(-((column - x0) ** 2 + (row - y0) ** 2) / (2 * sigma ** 2));
  return { weight: 1, map };
}

test("udp's ends are cells: the first and last pixels are at the middles of the outermost cells, and mirroring moves nothing", () => {
  const { width, height } = heatmapRatio(input, heatmap, "udp");
  expect([39 / width, 55 / height]).toEqual([9, 13]);
  expect(heatmapRatio(input, { width: 1, height: 1 }, "udp")).toEqual(input);
});

test("where 3σ is no whole number, the patch still lies about its centre", () => {
  const { heatmaps } = encodeHeatmaps([8, 20, 2], { input, heatmap, sigma: 1.25, encoding: "msra" });
  const row = heatmaps.slice(5 * heatmap.width, 6 * heatmap.width); // about column 2
  expect([...row].map((value) => value > 0)).toEqual([true, true, true, true, true, true, false, false, false, false]);
  expect(row[2]).toBe(1);
  expect(row[1]).toBe(row[3]);
});

test("joint weights multiply the mask, and must be one a joint", () => {
  const keypoints = [5, 5, 2, 5, 5, 0, 5, 5, 1];
  expect([...encodeHeatmaps(keypoints, { input, heatmap, sigma: 1, jointWeights: [1.5, 1.5, 0.5] }).mask]).toEqual([1.5, 0, 0.5]);
  expect(() => encodeHeatmaps(keypoints, { input, heatmap, sigma: 1, jointWeights: [1] })).toThrow(KeypointsError);
  const labels = { kind: "standard", smoothing: 0 } as const;
  expect([...encodeSimcc(keypoints, { input, splitRatio: 2, labels, jointWeights: [1.5, 1.5, 0.5] }).mask]).toEqual([1.5, 0, 0.5]);
});

test("SimCC's Gaussians are those of mmpose, at the bin nearest to the key point (halves to the even one) or at the key point", () => {
  fc.assert(
    fc.property(joint, fc.constantFrom(1, 1.5, 2, 3), fc.boolean(), ([px, py, v], splitRatio, rounded) => {
      const sigma = [2.2, 2.6] as const;
      const { x, y, mask } = encodeSimcc([px, py, v], { input, splitRatio, labels: { kind: "gaussian", sigma, rounded } });
      const bins = [40 * splitRatio, 56 * splitRatio];
      expect([x.length, y.length]).toEqual(bins);
      const [mx, my] = [px, py].map((at) => (rounded ? roundHalfToEven(at * splitRatio) : at * splitRatio)) as [number, number]; // two in, two out
      const near = (at: number, axis: 0 | 1): boolean => at - 3 * sigma[axis] < bins[axis]! && at + 3 * sigma[axis] + 1 >= 0;
      const teaches = v > 0 && near(mx, 0) && near(my, 1);
      expect(mask[0]).toBe(teaches ? 1 : 0);
      for (const [i, value] of x.entries()) expect(value).toBeCloseTo(teaches ? Math.exp(-((i - mx) ** 2) / (2 * sigma[0] ** 2)) : 0, 6);
      for (const [i, value] of y.entries()) expect(value).toBeCloseTo(teaches ? Math.exp(-((i - my) ** 2) / (2 * sigma[1] ** 2)) : 0, 6);
    }),
    { seed: 22 },
  );
});

test("standard labels are one bin, with smoothing spread over all others; a joint whose bin is off an axis is masked", () => {
  const labels = { kind: "standard", smoothing: 0.1 } as const;
  const { x, y, mask } = encodeSimcc([10.2, 3, 2, 40, 3, 2, 3, -0.3, 1], { input, splitRatio: 2, labels });
  expect([...mask]).toEqual([1, 0, 0]); // 40 · 2 is bin 80 of 80, −0.3 · 2 bin −1
  expect([...x.slice(0, 80)].map((value, bin) => Math.abs(value - (bin === 20 ? 0.9 : 0.1 / 79)) < 1e-7)).not.toContain(false);
  expect(y.slice(0, 112).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  expect([...x.slice(80), ...y.slice(112)].every((value) => value === 0)).toBe(true);
});

test("halves are rounded to the even neighbour, as numpy does", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(roundHalfToEven)).toEqual([0, 2, 2, -0, -2, 2, 3]);
});

test("wrong sizes, widths and smoothings are refused", () => {
  const labels = { kind: "gaussian", sigma: [1, 0], rounded: true } as const;
  expect(() => encodeSimcc([1, 1, 1], { input, splitRatio: 2, labels })).toThrow(RangeError);
  expect(() => encodeSimcc([1, 1, 1], { input, splitRatio: 2, labels: { kind: "standard", smoothing: 1 } })).toThrow(RangeError);
  expect(() => encodeSimcc([1, 1], { input, splitRatio: 2, labels: { kind: "standard", smoothing: 0 } })).toThrow(KeypointsError);
});
