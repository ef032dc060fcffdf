import fc from "fast-check";
import { expect, test } from "vitest";
import { invertAffine, transformKeypoints } from "../boxes/affine.ts";
import { cropOfBox } from "../boxes/crop.ts";
import { KeypointsError } from "../keypoints.ts";
import { decodeHeatmaps } from "./decodeHeatmaps.ts";
import { encodeHeatmaps } from "./encodeHeatmaps.ts";

const sizes = fc.record({ width: fc.integer({ min: 12, max: 60 }), height: fc.integer({ min: 12, max: 60 }) });

test("encode then decode returns to within half a heatmap pixel, at any pair of sizes", () => {
  const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(
      sizes,
      fc.double({ min: 1, max: 6, noNaN: true }),
      fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 5 }),
      (heatmap, stride, points) => {
        const input = { width: Math.round(heatmap.width * stride), height: Math.round(heatmap.height * stride) };
        const keypoints = points.flatMap(([u, v]) => [u * input.width, v * input.height, 2]);
        const { heatmaps, mask } = encodeHeatmaps(keypoints, { input, heatmap, sigma: 2 });
        expect([...mask]).toEqual(points.map(() => 1));
        const decoded = decodeHeatmaps(heatmaps, { heatmap, joints: points.length, input });
        for (const [k] of points.entries()) {
          for (const [axis, length, cells] of [
            [0, input.width, heatmap.width],
            [1, input.height, heatmap.height],
          ] as const) {
            const [actual, expected] = [decoded[k * 3 + axis]!, keypoints[k * 3 + axis]!];
            // The grid ends at cell n − 1: a joint in the last, partial cell is found at most one cell away.
            const bound = (length / cells) * (expected > ((cells - 1) * length) / cells ? 1 : 0.5);
            expect(Math.abs(actual - expected)).toBeLessThanOrEqual(bound + 1e-9);
          }
        }
      },
    ),
    { seed: 3 },
  );
});

test("in the middle of the map the quarter offset halves the error of the plain maximum", () => {
  const heatmap = { width: 20, height: 20 };
  for (const shift of [-0.45, -0.3, 0.3, 0.45]) {
    const { heatmaps } = encodeHeatmaps([10 + shift, 10 - shift, 2], { input: heatmap, heatmap, sigma: 1.5 });
    const [x, y] = decodeHeatmaps(heatmaps, { heatmap, joints: 1, input: heatmap });
    expect(x).toBe(10 + 0.25 * Math.sign(shift));
    expect(y).toBe(10 - 0.25 * Math.sign(shift));
  }
});

test("from image to heatmap and back to the image: joints of a box are found within half a cell of the crop", () => {
  const input = { width: 96, height: 128 };
  const heatmap = { width: 24, height: 32 };
  const crop = cropOfBox({ x: 210, y: 95, width: 130, height: 320 }, input);
  const truth = [250, 120, 2, 330.5, 400.25, 1, 215, 260, 2];
  const { heatmaps } = encodeHeatmaps(transformKeypoints(crop, truth), { input, heatmap, sigma: 1.5 });
  const found = decodeHeatmaps(heatmaps, { heatmap, joints: 3, input, toImage: invertAffine(crop) });
  const cell = (320 * 1.25) / 32;
  for (const i of [0, 1, 3, 4, 6, 7]) expect(Math.abs(found[i]! - truth[i]!)).toBeLessThanOrEqual(cell / 2);
});

test("unlabelled and truncated joints are masked and leave their map empty; nothing is drawn at the corner", () => {
  const keypoints = [0, 0, 0, -0.1, 5, 2, 5, -3, 2, 40, 5, 2, 5, 30.01, 1, Number.NaN, 5, 2, 39.9, 29.9, 1];
  const { heatmaps, mask } = encodeHeatmaps(keypoints, { input: { width: 40, height: 30 }, heatmap: { width: 13, height: 7 }, sigma: 2 });
  expect([...mask]).toEqual([0, 0, 0, 0, 0, 0, 1]);
  for (const [i, value] of heatmaps.entries()) if (i % 7 < 6) expect(value).toBe(0);
  expect(Math.max(...heatmaps)).toBeGreaterThan(0.5);
});

test("of equal maxima the first in row order wins, and a map without a positive value scores 0 or less at the origin", () => {
  const heatmap = { width: 3, height: 2 };
  const first = decodeHeatmaps([0, 1, 0, 1, 0, 1], { heatmap, joints: 1, input: heatmap, decoding: "argmax" });
  expect([...first]).toEqual([1, 0, 1]);
  const empty = decodeHeatmaps([-1, -2, -0.5, -3, -1, -1], { heatmap, joints: 1, input: heatmap });
  expect([...empty]).toEqual([0, 0, -0.5]);
});

test("one cell, one joint: a heatmap of 1×1 works", () => {
  const one = { width: 1, height: 1 };
  const { heatmaps } = encodeHeatmaps([0, 0, 2], { input: one, heatmap: one, sigma: 1 });
  expect([...heatmaps]).toEqual([1]);
  expect([...decodeHeatmaps(heatmaps, { heatmap: one, joints: 1, input: one })]).toEqual([0, 0, 1]);
});

test("wrong lengths and sizes are refused", () => {
  const heatmap = { width: 4, height: 4 };
  expect(() => encodeHeatmaps([1, 2], { input: heatmap, heatmap, sigma: 1 })).toThrow(KeypointsError);
  expect(() => encodeHeatmaps([1, 2, 2], { input: heatmap, heatmap, sigma: 0 })).toThrow(RangeError);
  expect(() => decodeHeatmaps([1, 2, 3], { heatmap, joints: 1, input: heatmap })).toThrow(/needs 16 values; got 3/);
});
