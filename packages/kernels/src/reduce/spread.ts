import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x [] → y [size], every element scale · x. */
export type SpreadProblem = { readonly size: number; readonly scale: number };

const uniforms = { size: "u32", scale: "f32" } as const;

/** One number for every element: the gradient of a sum (scale 1) or a mean (scale 1 / size). */
export const spreadKernel: Kernel<SpreadProblem, typeof uniforms> = defineKernel({
  name: "spread",
  reads: ["x"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: SpreadProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  y[index] = u.scale * x[0];
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: size, bytes: 4 * size }),
});
