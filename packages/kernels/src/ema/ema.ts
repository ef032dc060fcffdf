import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Values and averages [size]; `position` is the momentum's place among the scalars. */
export type EmaProblem = { readonly size: number; readonly position: number };

const uniforms = { size: "u32", position: "u32" } as const;

/**
 * averages += momentum · (values − averages), where momentum = scalars[position] = 1 − decay: values, scalars → averages [size], overwritten.
 * Computed from the nearer end as torch.lerp does, so that momentum 1 copies finite values exactly.
 */
export const emaKernel: Kernel<EmaProblem, typeof uniforms> = defineKernel({
  name: "ema",
  reads: ["values", "scalars"],
  writes: ["averages"],
  uniforms,
  uniformValues: (problem: EmaProblem) => problem,
  variants: elementVariants(["values", "averages"], source),
  cost: ({ size }) => ({ flops: 3 * size, bytes: 12 * size }),
});

/** The same text for one element and for four. */
function source(lanes: Lanes): string {
  return wgsl`
${elementThread(lanes)}
  let momentum = scalars[u.position];
  let value = values[index];
  let average = averages[index];
  averages[index] = select(value - (1.0 - momentum) * (value - average), average + momentum * (value - average), momentum < 0.5);
}`;
}
