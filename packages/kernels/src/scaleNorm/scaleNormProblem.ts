import type { Lanes } from "../lanes.ts";
import { rowMean } from "../rowThread.ts";

/** x [rows, length], each row divided by its root mean square, or by epsilon where that is larger; g [1]. */
export type ScaleNormProblem = { readonly rows: number; readonly length: number; readonly epsilon: number };

/** Uniform fields of the kernels of scale norm. */
export const scaleNormUniforms = { rows: "u32", length: "u32", epsilon: "f32" } as const;

/**
 * WGSL statements that make `squares`, a thread's Σ x², into the row's `rootMeanSquare` and its `norm`. Not max(): a NaN passes through, as in
 * PyTorch.
 */
export function clampedNorm(lanes: Lanes): string {
  return `let rootMeanSquare = sqrt(${rowMean(lanes, "squares")});
  let norm = select(rootMeanSquare, u.epsilon, rootMeanSquare < u.epsilon);`;
}
