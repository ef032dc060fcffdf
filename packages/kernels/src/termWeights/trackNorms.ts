import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** measured, weights → norms [size], overwritten; `momentum` is what a new value counts, 1 − decay. */
export type TrackNormsProblem = { readonly size: number; readonly momentum: number };

const uniforms = { size: "u32", momentum: "f32" } as const;

/**
 * Moving averages of the norms of loss terms' gradients: measured is that of the weighted term, so measured ÷ weight is averaged. A norm of 0 stands for
 * none yet, and the first value replaces it. Where measured ÷ weight is 0 or not finite, as when nothing is visible or f16 overflowed, the average stays.
 */
export const trackNormsKernel: Kernel<TrackNormsProblem, typeof uniforms> = defineKernel({
  name: "trackNorms",
  reads: ["measured", "weights"],
  writes: ["norms"],
  uniforms,
  uniformValues: (problem: TrackNormsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      // Positive and finite by its bits: comparisons with NaN may be optimised away.
      source: () => wgsl`
fn isPositive(value: f32) -> bool {
  let bits = bitcast<u32>(value);
  return (bits > 0u) & (bits < 0x7f800000u);
}

${threadIndex(64)}
  if (index >= u.size) { return; }
  let weight = weights[index];
  if (!isPositive(weight) | !isPositive(measured[index])) { return; }
  let norm = measured[index] / weight;
  if (!isPositive(norm)) { return; }
  let average = norms[index];
  norms[index] = select(average + u.momentum * (norm - average), norm, average == 0.0);
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 4 * size, bytes: 16 * size }),
});
