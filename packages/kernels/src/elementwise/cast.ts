import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import type { ElementwiseProblem } from "./elementwise.ts";

const uniforms = { size: "u32" } as const;

/** y = x in another storage type: f32 to f16 rounds to nearest, beyond 65,504 to infinity; f16 to f32 is exact. */
export const castKernel: Kernel<ElementwiseProblem, typeof uniforms> = defineKernel({
  name: "cast",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: ElementwiseProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => source("u.size"),
      workgroups: ({ size }) => grid(size, 64),
    },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => source("u.size / 4u"),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 6 * size }),
});

/** One thread an element, or four. */
function source(size: string): string {
  return wgsl`
${threadIndex(64)}
  if (index >= ${size}) { return; }
  y[index] = YElement(x[index]);
}`;
}
