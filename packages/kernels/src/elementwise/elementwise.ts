import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors of `size` elements each. */
export type ElementwiseProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** a + b. */
export const addKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise("add", ["a", "b"], () => "a[index] + b[index]");
/** a · b. */
export const mulKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise("mul", ["a", "b"], () => "a[index] * b[index]");
/** max(x, 0), where NaN passes through as in PyTorch (max() would drop it). */
export const reluKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "relu",
  ["x"],
  (zero) => `select(x[index], ${zero}, x[index] < ${zero})`,
);
/** dy where the output y of a relu is above zero, else 0 (the derivative at 0 is 0, as in PyTorch). */
export const reluGradKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "reluGrad",
  ["dy", "y"],
  (zero) => `select(dy[index], ${zero}, y[index] <= ${zero})`,
);

/** One thread an element, or four where the size allows it; every operand has the output's shape. */
function elementwise(
  name: string,
  reads: readonly string[],
  expression: (zero: string) => string,
): Kernel<ElementwiseProblem, typeof uniforms> {
  const source = (size: string, zero: string): string => wgsl`
${threadIndex(64)}
  if (index >= ${size}) { return; }
  result[index] = ${expression(zero)};
}`;
  return defineKernel({
    name,
    reads,
    writes: ["result"],
    uniforms,
    uniformValues: (problem: ElementwiseProblem) => problem,
    variants: [
      { id: "scalar", supports: () => true, source: () => source("u.size", "0.0"), workgroups: ({ size }) => grid(size, 64) },
      {
        id: "vector",
        supports: ({ size }) => size % 4 === 0,
        vectors: () => [...reads, "result"],
        source: () => source("u.size / 4u", "vec4f(0.0)"),
        workgroups: ({ size }) => grid(size / 4, 64),
      },
    ],
    cost: ({ size }) => ({ flops: size, bytes: 4 * size * (reads.length + 1) }),
  });
}
