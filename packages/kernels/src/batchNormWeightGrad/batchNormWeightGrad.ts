import { type BatchNormProblem, batchNormUniforms } from "../batchNorm/batchNormProblem.ts";
import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Gradients of weight and bias as `splits` partial sums over equal ranges of the rows. */
export type BatchNormWeightGradProblem = BatchNormProblem & { readonly splits: number };

const uniforms: typeof batchNormUniforms & { readonly splits: "u32" } = { ...batchNormUniforms, splits: "u32" };

/** dy, x, mean, variance → Σ dy · (x − mean) / √(variance + epsilon) and Σ dy, each [splits, channels], to be added in order (see sumSplits). */
export const batchNormWeightGradKernel: Kernel<BatchNormWeightGradProblem, typeof uniforms> = defineKernel({
  name: "batchNormWeightGrad",
  reads: ["dy", "x", "mean", "variance"],
  writes: ["partialWeight", "partialBias"],
  f16: ["dy", "x"],
  uniforms,
  uniformValues: (problem: BatchNormWeightGradProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(p.splits * p.channels, 64) },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["dy", "x", "mean", "variance", "partialWeight", "partialBias"],
      source: () => source(4),
      workgroups: (p) => grid((p.splits * p.channels) / 4, 64),
    },
  ],
  cost: ({ rows, channels }) => ({ flops: 4 * rows * channels, bytes: 8 * rows * channels }),
});

/** One thread per split and `lanes` channels. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  let channels = u.channels / ${lanes}u;
  if (index >= u.splits * channels) { return; }
  let channel = index % channels;
  let split = index / channels;
  let rowsPerSplit = (u.rows + u.splits - 1u) / u.splits;
  let end = min(u.rows, (split + 1u) * rowsPerSplit);
  let center = mean[channel];
  var weightSum = ${type}(0.0);
  var biasSum = ${type}(0.0);
  for (var row = split * rowsPerSplit; row < end; row++) {
    let at = row * channels + channel;
    let gradient = ${type}(dy[at]);
    weightSum += gradient * (${type}(x[at]) - center);
    biasSum += gradient;
  }
  partialWeight[index] = weightSum / sqrt(variance[channel] + ${type}(u.epsilon));
  partialBias[index] = biasSum;
}`;
}
