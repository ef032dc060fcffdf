import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpInput } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Heatmaps [n,h,w,k] of sizes that break reductions: one pixel, one column, odd sizes, 1, 3, 4 and 17 joints, one split and many. */
export const heatmapSizes: readonly Shape[] = [
  [1, 1, 1, 1],
  [2, 5, 1, 1],
  [1, 1, 6, 2],
  [2, 7, 5, 3],
  [1, 13, 9, 17],
  [3, 12, 8, 4],
];

/** A mask [n,k] with about a third of the joints hidden, or all of them. */
export function maskInput([n = 0, , , k = 0]: Shape, seed: number, visible: "some" | "none" = "some"): OpInput {
  const data = randomValues(seed, n * k, 0, 1).map((value) => (visible === "some" && value < 0.7 ? 1 : 0));
  return { name: "mask", shape: [n, k], data, differentiable: false };
}

/** Heatmaps with values in [low, high). */
export function heatmapInput(name: string, shape: Shape, seed: number, low: number, high: number, differentiable: boolean): OpInput {
  return { name, shape, data: randomValues(seed, sizeOf(shape), low, high), differentiable };
}
