import { expect, test } from "vitest";
import { KeypointsError } from "../keypoints.ts";
import { meanOf, mirrorImage, unflipHeatmaps, unflipVectors } from "./flipTest.ts";

const permutation = [0, 2, 1];
const numbered = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

test("heatmaps are mirrored row by row and left and right change places; without a shift twice is nothing", () => {
  const maps = numbered(2 * 3 * 2 * 3); // two samples of 3 × 2 cells
  const flipped = unflipHeatmaps(maps, 2, permutation, false);
  expect([...flipped.slice(0, 6)]).toEqual([3, 5, 4, 0, 2, 1]);
  expect(unflipHeatmaps(flipped, 2, permutation, false)).toEqual(maps);
});

test("a shift moves every row one cell to the right and keeps its first column", () => {
  const row = numbered(4);
  expect([...unflipHeatmaps(row, 4, [0], false)]).toEqual([3, 2, 1, 0]);
  expect([...unflipHeatmaps(row, 4, [0], true)]).toEqual([3, 3, 2, 1]);
});

test("vectors over x are reversed, those over y are not; twice is nothing", () => {
  const vectors = numbered(2 * 3 * 2);
  expect([...unflipVectors(vectors, 2, permutation, true).slice(0, 6)]).toEqual([1, 0, 5, 4, 3, 2]);
  expect([...unflipVectors(vectors, 2, permutation, false).slice(6)]).toEqual([6, 7, 10, 11, 8, 9]);
  expect(unflipVectors(unflipVectors(vectors, 2, permutation, true), 2, permutation, true)).toEqual(vectors);
});

test("pixels are mirrored whole, and outputs averaged", () => {
  const rgba = Uint8Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
  expect([...mirrorImage(rgba, 3).slice(12)]).toEqual([20, 21, 22, 23, 16, 17, 18, 19, 12, 13, 14, 15]);
  expect(mirrorImage(mirrorImage(rgba, 3), 3)).toEqual(rgba);
  expect([...meanOf(Float32Array.of(1, 3), Float32Array.of(3, -1))]).toEqual([2, 1]);
});

test("values that are no whole rows are refused", () => {
  expect(() => unflipHeatmaps(numbered(7), 2, permutation, false)).toThrow(KeypointsError);
  expect(() => unflipVectors(numbered(7), 2, permutation, false)).toThrow(/vectors of 2 bins of 3 joints; got 7/);
});
