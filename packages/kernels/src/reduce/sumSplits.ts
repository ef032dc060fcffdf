import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** partial [splits, size] → y [size]. */
export type SumSplitsProblem = { readonly splits: number; readonly size: number };

const uniforms = { splits: "u32", size: "u32" } as const;

/** Second pass of a split reduction: y = Σ partial over the splits, in their order. */
export const sumSplitsKernel: Kernel<SumSplitsProblem, typeof uniforms> = defineKernel({
  name: "sumSplits",
  reads: ["partial"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: SumSplitsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  var sum = 0.0;
  for (var split = 0u; split < u.splits; split++) {
    sum += partial[split * u.size + index];
  }
  y[index] = sum;
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ splits, size }) => ({ flops: splits * size, bytes: 4 * (splits + 1) * size }),
});
