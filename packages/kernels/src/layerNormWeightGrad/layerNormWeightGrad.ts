import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type LayerNormProblem, layerNormUniforms } from "../layerNorm/layerNormProblem.ts";
import { wgsl } from "../wgsl.ts";

/** Gradients of weight and bias as `splits` partial sums over equal ranges of the rows. */
export type LayerNormWeightGradProblem = LayerNormProblem & { readonly splits: number };

const uniforms: typeof layerNormUniforms & { readonly splits: "u32" } = { ...layerNormUniforms, splits: "u32" };

/** dy, x, mean, rstd → Σ dy · (x − mean) · rstd and Σ dy, each [splits, length], to be added in order (see sumSplits). */
export const layerNormWeightGradKernel: Kernel<LayerNormWeightGradProblem, typeof uniforms> = defineKernel({
  name: "layerNormWeightGrad",
  reads: ["dy", "x", "mean", "rstd"],
  writes: ["partialWeight", "partialBias"],
  f16: ["dy", "x"],
  uniforms,
  uniformValues: (problem: LayerNormWeightGradProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(p.splits * p.length, 64) },
    {
      id: "vector",
      supports: (p) => p.length % 4 === 0,
      vectors: () => ["dy", "x", "partialWeight", "partialBias"],
      source: () => source(4),
      workgroups: (p) => grid((p.splits * p.length) / 4, 64),
    },
  ],
  cost: ({ rows, length }) => ({ flops: 4 * rows * length, bytes: 8 * rows * length }),
});

/** One thread per split and `lanes` columns. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  let columns = u.length / ${lanes}u;
  if (index >= u.splits * columns) { return; }
  let column = index % columns;
  let split = index / columns;
  let rowsPerSplit = (u.rows + u.splits - 1u) / u.splits;
  let end = min(u.rows, (split + 1u) * rowsPerSplit);
  var weightSum = ${type}(0.0);
  var biasSum = ${type}(0.0);
  for (var row = split * rowsPerSplit; row < end; row++) {
    let at = row * columns + column;
    let gradient = ${type}(dy[at]);
    weightSum += gradient * (${type}(x[at]) - mean[row]) * rstd[row];
    biasSum += gradient;
  }
  partialWeight[index] = weightSum;
  partialBias[index] = biasSum;
}`;
}
