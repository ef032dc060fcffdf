import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Affine, applyAffine, invertAffine, type Point, transformKeypoints } from "../boxes/affine.ts";
import type { Size } from "../boxes/box.ts";
import { boxToCenterScale, cropAffine } from "../boxes/crop.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { flipKeypoints, flipPermutation } from "../skeletons/skeleton.ts";
import { decodeHeatmaps, type HeatmapDecoding } from "./decodeHeatmaps.ts";
import { decodeSimcc } from "./decodeSimcc.ts";
import { encodeHeatmaps, type HeatmapEncoding, heatmapRatio } from "./encodeHeatmaps.ts";
import { encodeSimcc } from "./encodeSimcc.ts";
import { meanOf, unflipHeatmaps, unflipVectors } from "./flipTest.ts";

/** Input, heatmap and σ of HRNet's networks, and of the small ones of our recipes. */
const grids = [
  { input: { width: 192, height: 256 }, heatmap: { width: 48, height: 64 }, sigma: 2 },
  { input: { width: 72, height: 96 }, heatmap: { width: 18, height: 24 }, sigma: 1 },
] as const;

const imageWidth = 640;
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** A person's box anywhere about an image, cut out at any angle, scaled, perhaps of the mirrored image; and places in the crop, 0 … 1. */
const crops = fc.record({
  box: fc.record({ x: between(-100, 500), y: between(-100, 400), width: between(20, 500), height: between(20, 500) }),
  rotation: between(-180, 180),
  zoom: between(0.65, 1.35),
  mirrored: fc.boolean(),
  places: fc.array(fc.tuple(between(0, 1), between(0, 1)), { minLength: 17, maxLength: 17 }),
});

type Crop = typeof crops extends fc.Arbitrary<infer T> ? T : never;

function affineOf({ box, rotation, zoom }: Crop, input: Size, encoding: HeatmapEncoding): Affine {
  const { center, scale } = boxToCenterScale(box, input.width / input.height);
  const zoomed = { center, scale: { width: scale.width * zoom, height: scale.height * zoom } };
  return cropAffine(zoomed, input, rotation, encoding === "udp" ? "udp" : "msra");
}

/** Key points of the image whose places in the crop (of the mirrored image, where mirrored) are at least `margin` cells from the heatmap's border. */
function keypointsOf(crop: Crop, affine: Affine, ratio: Size, cells: Size, margin: number): Float64Array {
  const toImage = invertAffine(affine);
  const seen = crop.places.flatMap(([u, v]) => {
    const cell: Point = [margin + u * (cells.width - 1 - 2 * margin), margin + v * (cells.height - 1 - 2 * margin)];
    return [...applyAffine(toImage, [cell[0] * ratio.width, cell[1] * ratio.height]), 2];
  });
  return crop.mirrored ? flipKeypoints(seen, coco17, imageWidth) : Float64Array.from(seen);
}

/** Largest distance along an axis between two sets of key points, in units of `ratio`. */
function farthest(found: Float64Array, truth: Float64Array, ratio: Size): number {
  return found.reduce((most, value, i) => {
    if (i % 3 === 2) return most;
    return Math.max(most, Math.abs(value - truth[i]!) / (i % 3 === 0 ? ratio.width : ratio.height));
  }, 0);
}

describe.each(grids)("of $input.width × $input.height", ({ input, heatmap, sigma }) => {
  test.each<[HeatmapEncoding, HeatmapDecoding, number, number]>([
    // encoding, decoding, distance to the border in cells, bound in cells
    ["msra", "argmax", 0.5, 0.5],
    ["msra", "quarter", 3 * sigma, 0.5],
    ["msra", "dark", 3 * sigma, 0.5],
    ["unbiased", "argmax", 0.01, 0.5],
    ["unbiased", "quarter", 1.51, 0.25],
    ["unbiased", "mmpose", 1.51, 0.25],
    ["unbiased", "dark", 3 * sigma + 1, 0.01],
    ["unbiased", "dark-udp", 3 * sigma + 1, 0.01],
    ["udp", "quarter", 1.51, 0.25],
    ["udp", "dark", 3 * sigma + 1, 0.01],
    ["udp", "dark-udp", 3 * sigma + 1, 0.01],
    ["udp", "integral", 3 * sigma + 1, sigma === 1 ? 0.3 : 0.05],
  ])("%s, augmented and read by %s, %d cells and more from the border, comes back within %d cells", (encoding, decoding, margin, bound) => {
    const ratio = heatmapRatio(input, heatmap, encoding);
    fc.assert(
      fc.property(crops, (crop) => {
        const affine = affineOf(crop, input, encoding);
        const truth = keypointsOf(crop, affine, ratio, heatmap, margin);
        const seen = transformKeypoints(affine, crop.mirrored ? flipKeypoints(truth, coco17, imageWidth) : truth);
        const { heatmaps, mask } = encodeHeatmaps(seen, { input, heatmap, sigma, encoding });
        expect(mask.every((weight) => weight === 1)).toBe(true);
        const toImage = invertAffine(affine);
        const options = { input, heatmap, joints: 17, sigma, encoding, decoding };
        const inImage = decodeHeatmaps(heatmaps, { ...options, toImage });
        const found = crop.mirrored ? flipKeypoints(inImage, coco17, imageWidth) : inImage;
        // Distances count in cells, so both go where cells are.
        const [a, b] = [found, truth].map((keypoints) =>
          transformKeypoints(affine, crop.mirrored ? flipKeypoints(keypoints, coco17, imageWidth) : keypoints),
        );
        expect(farthest(a!, b!, ratio)).toBeLessThanOrEqual(bound + 1e-6);
        if (encoding !== "msra") return;
        // What msra encodes is the rounded cell, and that comes back exactly.
        const rounded = seen.map((value, i) =>
          i % 3 === 2 ? value : Math.floor(value / (i % 3 === 0 ? ratio.width : ratio.height) + 0.5),
        );
        const cells = decodeHeatmaps(heatmaps, options).map((value, i) =>
          i % 3 === 2 ? value : value / (i % 3 === 0 ? ratio.width : ratio.height),
        );
        expect(farthest(cells, rounded, { width: 1, height: 1 })).toBeLessThanOrEqual(1e-6);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test.each<[boolean, "argmax" | "dark", number]>([
    [true, "argmax", 0.25],
    [false, "argmax", 0.25],
    [true, "dark", 0.26],
    [false, "dark", 0.01],
  ])("SimCC at 2 bins a pixel, rounded %s, augmented and read by %s, comes back within %d pixels", (rounded, decoding, bound) => {
    const labels = { kind: "gaussian", sigma: [Math.sqrt(input.width / 8), Math.sqrt(input.height / 8)], rounded } as const;
    const one = { width: 1, height: 1 };
    fc.assert(
      fc.property(crops, (crop) => {
        const affine = affineOf(crop, input, "msra");
        const truth = keypointsOf(crop, affine, one, input, decoding === "dark" ? 5 * labels.sigma[1] : 0);
        const seen = transformKeypoints(affine, crop.mirrored ? flipKeypoints(truth, coco17, imageWidth) : truth);
        const { x, y, mask } = encodeSimcc(seen, { input, splitRatio: 2, labels });
        expect(mask.every((weight) => weight === 1)).toBe(true);
        const found = decodeSimcc(x, y, { joints: 17, splitRatio: 2, decoding, sigma: labels.sigma });
        expect(farthest(found, seen, one)).toBeLessThanOrEqual(bound + 1e-6);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  // A mirrored network's output, averaged with the plain one: half of what mirroring moves is left.
  test.each<[HeatmapEncoding, boolean, number]>([
    ["udp", false, 0.01],
    ["unbiased", true, 0.135],
    ["unbiased", false, 0.385],
  ])("the flip test of %s, shift %s, moves a key point by at most %d cells", (encoding, shift, bound) => {
    const ratio = heatmapRatio(input, heatmap, encoding);
    const permutation = flipPermutation(coco17);
    fc.assert(
      fc.property(crops, (crop) => {
        const seen = keypointsOf({ ...crop, mirrored: false }, [1, 0, 0, 0, 1, 0], ratio, heatmap, 3 * sigma + 1);
        const encode = (keypoints: Float64Array): Float32Array => encodeHeatmaps(keypoints, { input, heatmap, sigma, encoding }).heatmaps;
        const mirrored = unflipHeatmaps(encode(flipKeypoints(seen, coco17, input.width)), heatmap.width, permutation, shift);
        const mean = meanOf(encode(seen), mirrored);
        const found = decodeHeatmaps(mean, { input, heatmap, joints: 17, sigma, encoding, decoding: "dark-udp" });
        expect(farthest(found, seen, ratio)).toBeLessThanOrEqual(bound);
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  test("the flip test of SimCC moves a key point by at most a quarter of a pixel at 2 bins a pixel", () => {
    const labels = { kind: "gaussian", sigma: [Math.sqrt(input.width / 8), Math.sqrt(input.height / 8)], rounded: false } as const;
    const permutation = flipPermutation(coco17);
    fc.assert(
      fc.property(crops, (crop) => {
        const one = { width: 1, height: 1 };
        const seen = keypointsOf({ ...crop, mirrored: false }, [1, 0, 0, 0, 1, 0], one, input, 5 * labels.sigma[1]);
        const plain = encodeSimcc(seen, { input, splitRatio: 2, labels });
        const mirrored = encodeSimcc(flipKeypoints(seen, coco17, input.width), { input, splitRatio: 2, labels });
        const x = meanOf(plain.x, unflipVectors(mirrored.x, 2 * input.width, permutation, true));
        const y = meanOf(plain.y, unflipVectors(mirrored.y, 2 * input.height, permutation, false));
        const found = decodeSimcc(x, y, { joints: 17, splitRatio: 2, decoding: "dark", sigma: labels.sigma });
        expect(farthest(found, seen, one)).toBeLessThanOrEqual(0.26);
      }),
      { seed: 10, numRuns: 100 },
    );
  });
});

test("megvii's targets, a blur of height 255 about the cell of the key point, come back within three quarters of a cell", () => {
  const heatmap = { width: 24, height: 32 };
  fc.assert(
    fc.property(between(3, 20), between(3, 28), (x, y) => {
      const cell = [Math.floor(x), Math.floor(y)] as const;
      const map = Float32Array.from(
        { length: 24 * 32 },
        (_, i) => 255 * Math.exp(-(((i % 24) - cell[0]) ** 2 + (Math.floor(i / 24) - cell[1]) ** 2) / 8),
      );
      const [column, row, score] = decodeHeatmaps(map, { input: heatmap, heatmap, joints: 1, sigma: 2, decoding: "megvii" });
      expect(Math.max(Math.abs(column! - x), Math.abs(row! - y))).toBeLessThanOrEqual(0.75);
      expect(score).toBeCloseTo(1.5, 5);
    }),
    { seed: 11 },
  );
});
