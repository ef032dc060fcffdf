import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x [size], scalars [at least position + 1] → y [size]. */
export type ScaleByProblem = { readonly size: number; readonly position: number };

const uniforms = { size: "u32", position: "u32" } as const;

/** x times one number that only the GPU knows: y = x · scalars[position]. */
export const scaleByKernel: Kernel<ScaleByProblem, typeof uniforms> = defineKernel({
  name: "scaleBy",
  reads: ["x", "scalars"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: ScaleByProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  y[index] = YElement(f32(x[index]) * scalars[u.position]);
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: size, bytes: 8 * size }),
});
