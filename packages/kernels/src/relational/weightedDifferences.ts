import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";
import { type EmbeddingProblem, embeddingUniforms } from "./pairwiseDistances.ts";

/**
 * x [samples, size], weight [samples, samples], dy [] → dx_i = dy · Σ_j weight_ij (x_j − x_i): the gradient of whatever depends on the
 * embeddings through their differences alone.
 */
export const weightedDifferencesKernel: Kernel<EmbeddingProblem, typeof embeddingUniforms> = defineKernel({
  name: "weightedDifferences",
  reads: ["x", "weight", "dy"],
  writes: ["dx"],
  f16: ["x", "dx"],
  uniforms: embeddingUniforms,
  uniformValues: (problem: EmbeddingProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ samples, size }) => grid(samples * size, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x", "dx"],
      source: () => source(4),
      workgroups: ({ samples, size }) => grid((samples * size) / 4, 64),
    },
  ],
  cost: ({ samples, size }) => ({ flops: 3 * samples ** 2 * size, bytes: 4 * samples * (2 * size + samples) }),
});

/** One thread an element, or four, of an embedding. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  let size = u.size / ${lanes}u;
  if (index >= u.samples * size) { return; }
  let sample = index / size;
  let at = index % size;
  let own = ${type}(x[index]);
  var sum = ${type}(0.0);
  for (var other = 0u; other < u.samples; other++) {
    sum += weight[sample * u.samples + other] * (${type}(x[other * size + at]) - own);
  }
  dx[index] = DxElement(dy[0] * sum);
}`;
}
