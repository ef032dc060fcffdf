import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** y [size], every element `value`. */
export type FillProblem = { readonly size: number; readonly value: number };

const uniforms = { size: "u32", value: "f32" } as const;

/** A constant tensor. */
export const fillKernel: Kernel<FillProblem, typeof uniforms> = defineKernel({
  name: "fill",
  reads: [],
  writes: ["y"],
  f16: ["y"],
  uniforms,
  uniformValues: (problem: FillProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  y[index] = YElement(u.value);
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 4 * size }),
});
