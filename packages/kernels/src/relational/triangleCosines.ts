import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";
import { type EmbeddingProblem, embeddingUniforms } from "./pairwiseDistances.ts";

/**
 * x [samples, size] → cosine [samples, samples, samples] of the angle at i between j and k: ⟨x_j − x_i, x_k − x_i⟩ / (‖x_j − x_i‖ ‖x_k − x_i‖),
 * norms at least 10⁻¹², so that it is 0 where j or k coincides with i.
 */
export const triangleCosinesKernel: Kernel<EmbeddingProblem, typeof embeddingUniforms> = defineKernel({
  name: "triangleCosines",
  reads: ["x"],
  writes: ["cosine"],
  f16: ["x"],
  uniforms: embeddingUniforms,
  uniformValues: (problem: EmbeddingProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ samples }) => grid(samples ** 3, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x"],
      source: () => source(4),
      workgroups: ({ samples }) => grid(samples ** 3, 64),
    },
  ],
  cost: ({ samples, size }) => ({ flops: 8 * samples ** 3 * size, bytes: 4 * samples * (size + samples ** 2) }),
});

/** One thread a triangle; the norms are summed again by each, which costs no further load. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  const whole = (sum: string) => (lanes === 4 ? `dot(${sum}, vec4f(1.0))` : sum);
  return wgsl`
fn norm(squares: f32) -> f32 {
  let root = sqrt(squares);
  return select(root, 1e-12, root < 1e-12);
}

${threadIndex(64)}
  if (index >= u.samples * u.samples * u.samples) { return; }
  let size = u.size / ${lanes}u;
  let apex = index / (u.samples * u.samples) * size;
  let first = index / u.samples % u.samples * size;
  let second = index % u.samples * size;
  var product = ${type}(0.0);
  var firstSquares = ${type}(0.0);
  var secondSquares = ${type}(0.0);
  for (var i = 0u; i < size; i++) {
    let origin = ${type}(x[apex + i]);
    let a = ${type}(x[first + i]) - origin;
    let b = ${type}(x[second + i]) - origin;
    product += a * b;
    firstSquares += a * a;
    secondSquares += b * b;
  }
  cosine[index] = ${whole("product")} / (norm(${whole("firstSquares")}) * norm(${whole("secondSquares")}));
}`;
}
