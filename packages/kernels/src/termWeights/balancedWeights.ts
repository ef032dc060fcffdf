import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** weights, norms → balanced, [size] each. */
export type BalancedWeightsProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/**
 * Weights that make loss terms pull as hard as they say: weight · norm of the first term that has one ÷ the term's own norm. A term without a norm,
 * 0, keeps its weight.
 */
export const balancedWeightsKernel: Kernel<BalancedWeightsProblem, typeof uniforms> = defineKernel({
  name: "balancedWeights",
  reads: ["weights", "norms"],
  writes: ["balanced"],
  uniforms,
  uniformValues: (problem: BalancedWeightsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  var first = 0.0;
  for (var i = 0u; i < u.size && first == 0.0; i++) { first = norms[i]; }
  let norm = norms[index];
  // The divisor is never 0, whichever side is chosen.
  balanced[index] = weights[index] * select(1.0, first / select(1.0, norm, norm > 0.0), norm > 0.0);
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: size * size, bytes: 12 * size }),
});
