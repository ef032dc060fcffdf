import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Embeddings [samples, size]. */
export type EmbeddingProblem = { readonly samples: number; readonly size: number };

/** Uniform fields of {@link EmbeddingProblem}. */
export const embeddingUniforms = { samples: "u32", size: "u32" } as const;

/** x [samples, size] → distance [samples, samples], Euclidean; 0 on the diagonal. From differences, so that close samples keep their digits. */
export const pairwiseDistancesKernel: Kernel<EmbeddingProblem, typeof embeddingUniforms> = defineKernel({
  name: "pairwiseDistances",
  reads: ["x"],
  writes: ["distance"],
  f16: ["x"],
  uniforms: embeddingUniforms,
  uniformValues: (problem: EmbeddingProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ samples }) => grid(samples ** 2, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x"],
      source: () => source(4),
      workgroups: ({ samples }) => grid(samples ** 2, 64),
    },
  ],
  cost: ({ samples, size }) => ({ flops: 3 * samples ** 2 * size, bytes: 4 * samples * (size + samples) }),
});

/** One thread a pair. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  if (index >= u.samples * u.samples) { return; }
  let size = u.size / ${lanes}u;
  let first = index / u.samples * size;
  let second = index % u.samples * size;
  var sum = ${type}(0.0);
  for (var i = 0u; i < size; i++) {
    let difference = ${type}(x[second + i]) - ${type}(x[first + i]);
    sum += difference * difference;
  }
  distance[index] = sqrt(${lanes === 4 ? "dot(sum, vec4f(1.0))" : "sum"});
}`;
}
