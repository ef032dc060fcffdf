import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Values and sums [size]. */
export type AccumulateProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** values, keep [] → sums [size], overwritten: values + sums where keep > 0, else values, whatever the sums held. */
export const accumulateKernel: Kernel<AccumulateProblem, typeof uniforms> = defineKernel({
  name: "accumulate",
  reads: ["values", "keep"],
  writes: ["sums"],
  uniforms,
  uniformValues: (problem: AccumulateProblem) => problem,
  variants: elementVariants(["values", "sums"], source),
  cost: ({ size }) => ({ flops: size, bytes: 12 * size }),
});

/** The same text for one element and for four. A factor of 0 would not do: old sums may be NaN. */
function source(lanes: Lanes): string {
  return wgsl`
${elementThread(lanes)}
  if (keep[0] > 0.0) {
    sums[index] += values[index];
  } else {
    sums[index] = values[index];
  }
}`;
}
