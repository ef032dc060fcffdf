import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { overRow, rowMean, rowThread, rowVariants } from "../rowThread.ts";
import { wgsl } from "../wgsl.ts";
import { type LayerNormProblem, layerNormUniforms } from "./layerNormProblem.ts";

/** Normalisation of rows; epsilon is added to the variance. */
export type LayerNormForwardProblem = LayerNormProblem & { readonly epsilon: number };

const uniforms: typeof layerNormUniforms & { readonly epsilon: "f32" } = { ...layerNormUniforms, epsilon: "f32" };

/**
 * x, weight, bias → y = (x − mean) · rstd · weight + bias, the mean and rstd = 1 / √(variance + epsilon) of each row, its variance the biased one
 * (Ba et al. 2016, "Layer Normalization", eq. 3).
 */
export const layerNormKernel: Kernel<LayerNormForwardProblem, typeof uniforms> = defineKernel({
  name: "layerNorm",
  reads: ["x", "weight", "bias"],
  writes: ["y", "mean", "rstd"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: LayerNormForwardProblem) => problem,
  variants: rowVariants(["x", "weight", "bias", "y"], source),
  cost: ({ rows, length }) => ({ flops: 8 * rows * length, bytes: 8 * rows * length }),
});

/** The variance is of the deviations from the mean, because E[x²] − E[x]² cancels where the mean is large. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowThread(lanes)}
  var sum = ${type}(0.0);
  ${overRow(`sum += ${type}(x[at]);`)}
  let center = ${rowMean(lanes, "sum")};
  var squares = ${type}(0.0);
  ${overRow(`let deviation = ${type}(x[at]) - center; squares += deviation * deviation;`)}
  let scale = 1.0 / sqrt(${rowMean(lanes, "squares")} + u.epsilon);
  ${overRow(`y[at] = YElement((${type}(x[at]) - center) * scale * weight[i] + bias[i]);`)}
  mean[row] = center;
  rstd[row] = scale;
}`;
}
