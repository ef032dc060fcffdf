import { axisUniforms } from "../reduce/axisRange.ts";

/**
 * Heatmaps [outer = batch, length = height, width, inner = joints] with the constants of the loss; `splits` ranges of rows.
 * The names are those of the paper; importanceWeight and importanceThreshold are its w and the threshold of its map M.
 */
export type AdaptiveWingProblem = {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly width: number;
  readonly splits: number;
  readonly omega: number;
  readonly theta: number;
  readonly epsilon: number;
  readonly alpha: number;
  readonly importanceWeight: number;
  readonly importanceThreshold: number;
};

/** Uniform fields of the adaptive wing kernels; `logRatio` is log₂(θ/ε). */
export const adaptiveWingUniforms: typeof axisUniforms & {
  readonly width: "u32";
  readonly omega: "f32";
  readonly theta: "f32";
  readonly epsilon: "f32";
  readonly alpha: "f32";
  readonly logRatio: "f32";
  readonly importanceWeight: "f32";
  readonly importanceThreshold: "f32";
} = {
  ...axisUniforms,
  width: "u32",
  omega: "f32",
  theta: "f32",
  epsilon: "f32",
  alpha: "f32",
  logRatio: "f32",
  importanceWeight: "f32",
  importanceThreshold: "f32",
};

/** Values of {@link adaptiveWingUniforms}. */
export function adaptiveWingUniformValues(p: AdaptiveWingProblem): AdaptiveWingProblem & { readonly logRatio: number } {
  return { ...p, logRatio: Math.log2(p.theta / p.epsilon) };
}
