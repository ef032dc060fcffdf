import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { addSplits } from "./splits.wgsl.ts";

/** partial [splits, size] → y [size]. */
export type SumSplitsProblem = { readonly splits: number; readonly size: number };

const uniforms = { splits: "u32", size: "u32" } as const;

/** Second pass of a split reduction: y = Σ partial over the splits, in their order. */
export const sumSplitsKernel: Kernel<SumSplitsProblem, typeof uniforms> = defineKernel({
  name: "sumSplits",
  reads: ["partial"],
  writes: ["y"],
  f16: ["y"],
  uniforms,
  uniformValues: (problem: SumSplitsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => addSplits("sum"),
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ splits, size }) => ({ flops: splits * size, bytes: 4 * (splits + 1) * size }),
});
