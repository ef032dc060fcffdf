import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
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
  variants: elementVariants(["x", "y"], source),
  cost: ({ size }) => ({ flops: 0, bytes: 6 * size }),
});

function source(lanes: Lanes): string {
  return wgsl`
${elementThread(lanes)}
  y[index] = YElement(x[index]);
}`;
}
