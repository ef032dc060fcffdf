import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors of `size` elements each. */
export type ElementwiseProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** a + b. */
export const addKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise("add", ["a", "b"], "a[index] + b[index]");
/** a · b. */
export const mulKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise("mul", ["a", "b"], "a[index] * b[index]");
/** max(x, 0), where NaN passes through as in PyTorch (max() would drop it). */
export const reluKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise("relu", ["x"], "select(x[index], 0.0, x[index] < 0.0)");
/** dy where the output y of a relu is above zero, else 0 (the derivative at 0 is 0, as in PyTorch). */
export const reluGradKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "reluGrad",
  ["dy", "y"],
  "select(dy[index], 0.0, y[index] <= 0.0)",
);

/** One thread an element; every operand has the output's shape. */
function elementwise(name: string, reads: readonly string[], expression: string): Kernel<ElementwiseProblem, typeof uniforms> {
  return defineKernel({
    name,
    reads,
    writes: ["result"],
    uniforms,
    uniformValues: (problem: ElementwiseProblem) => problem,
    variants: [
      {
        id: "scalar",
        supports: () => true,
        source: () => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  result[index] = ${expression};
}`,
        workgroups: ({ size }) => grid(size, 64),
      },
    ],
    cost: ({ size }) => ({ flops: size, bytes: 4 * size * (reads.length + 1) }),
  });
}
