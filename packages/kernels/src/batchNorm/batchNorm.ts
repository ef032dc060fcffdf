import { defineKernel, grid, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { rowBands, rowBandThreads } from "../rowBands.ts";
import { wgsl } from "../wgsl.ts";
import { type BatchNormProblem, batchNormUniforms } from "./batchNormProblem.ts";

/** Normalisation with given statistics and what follows it. */
export type BatchNormForwardProblem = BatchNormProblem & { readonly activation: "none" | "relu" };

/** x, mean, variance, weight, bias → y = (x − mean) / √(variance + epsilon) · weight + bias, then the activation. */
export const batchNormKernel: Kernel<BatchNormForwardProblem, typeof batchNormUniforms> = defineKernel({
  name: "batchNorm",
  reads: ["x", "mean", "variance", "weight", "bias"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: batchNormUniforms,
  uniformValues: (problem: BatchNormForwardProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: (p) => source(1, p.activation),
      workgroups: (p) => grid(rowBandThreads(p.rows, p.channels), 64),
    },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["x", "mean", "variance", "weight", "bias", "y"],
      source: (p) => source(4, p.activation),
      workgroups: (p) => grid(rowBandThreads(p.rows, p.channels / 4), 64),
    },
  ],
  cost: ({ rows, channels }) => ({ flops: 3 * rows * channels, bytes: 8 * rows * channels }),
});

function source(lanes: Lanes, activation: "none" | "relu"): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowBands(lanes)}
  let center = mean[channel];
  let scale = weight[channel] / sqrt(variance[channel] + ${type}(u.epsilon));
  let shift = bias[channel];
  for (var row = firstRow; row < u.rows; row += bands) {
    let at = row * channels + channel;
    let value = (${type}(x[at]) - center) * scale + shift;
    #if ${activation === "relu"}
    // Not max(): a NaN passes through, as in PyTorch.
    y[at] = YElement(select(value, ${type}(0.0), value < ${type}(0.0)));
    #else
    y[at] = YElement(value);
    #endif
  }
}`;
}
