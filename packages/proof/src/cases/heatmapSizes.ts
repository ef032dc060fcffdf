import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase, OpInput } from "../opCase.ts";
import type { Draw } from "../opFamily.ts";
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

/** A random size of heatmaps, [n,h,w,k]. */
export function drawHeatmaps(draw: Draw): Shape {
  return [draw.size(3), draw.size(), draw.size(), draw.channels()];
}

/** How many joints a mask shows: none means that it hides all of them. */
export type Visible = "some" | "none";

/** A mask [n,k] with about a third of the joints hidden, or all of them. */
export function maskInput([n = 0, , , k = 0]: Shape, seed: number, visible: Visible = "some"): OpInput {
  const data = randomValues(seed, n * k, 0, 1).map((value) => (visible === "some" && value < 0.7 ? 1 : 0));
  return { name: "mask", shape: [n, k], data, differentiable: false, f32: true };
}

/** Weights [n,k] of joints: 0 for about a third, else 0.2 to 1.5; or all 0. */
export function weightInput([n = 0, , , k = 0]: Shape, seed: number, visible: Visible = "some"): OpInput {
  const data = randomValues(seed, n * k, -0.75, 1.5).map((value) => (visible === "some" && value > 0.2 ? value : 0));
  return { name: "weight", shape: [n, k], data, differentiable: false, f32: true };
}

/** Heatmaps with values in [low, high). */
export function heatmapInput(name: string, shape: Shape, seed: number, low: number, high: number, differentiable: boolean): OpInput {
  return { name, shape, data: randomValues(seed, sizeOf(shape), low, high), differentiable };
}

/** Prediction and target with values in [−1, 1), both differentiable. */
export function pairInputs(shape: Shape, seed: number): readonly [prediction: OpInput, target: OpInput] {
  return [heatmapInput("prediction", shape, seed, -1, 1, true), heatmapInput("target", shape, seed + 1, -1, 1, true)];
}

/** The same case with an operand that stays f32, as labels may be when predictions are f16. */
export function withF32(operand: string, opCase: OpCase): OpCase {
  const inputs = opCase.inputs.map((input) => (input.name === operand ? { ...input, f32: true } : input));
  return { ...opCase, name: `${opCase.name}, ${operand} f32`, inputs };
}

/** Σ of values, as a tensor of one number. */
export function sumOf(values: Float64Array): Float64Array {
  return Float64Array.of(values.reduce((sum, value) => sum + value, 0));
}

/** scale / Σ values, 0 where the sum is 0. */
export function reciprocalOf(values: Float64Array, scale: number): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum === 0 ? 0 : scale / sum;
}
