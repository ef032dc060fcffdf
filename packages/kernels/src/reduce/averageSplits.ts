import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { addSplits } from "./splits.wgsl.ts";

/** partial [splits, size] → y [size], divided by `count`. */
export type AverageSplitsProblem = { readonly splits: number; readonly size: number; readonly count: number };

const uniforms = { splits: "u32", size: "u32", count: "u32" } as const;

/** Second pass of a split mean over `count` terms: y = Σ partial / count over the splits, in their order. */
export const averageSplitsKernel: Kernel<AverageSplitsProblem, typeof uniforms> = defineKernel({
  name: "averageSplits",
  reads: ["partial"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: AverageSplitsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => addSplits("sum / f32(u.count)"),
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ splits, size }) => ({ flops: splits * size, bytes: 4 * (splits + 1) * size }),
});
