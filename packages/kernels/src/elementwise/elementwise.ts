import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors of `size` elements each. */
export type ElementwiseProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** max(x, 0), where NaN passes through as in PyTorch (max() would drop it). */
export const reluKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "relu",
  ["x"],
  ({ zero, load }) => `select(${load("x")}, ${zero}, ${load("x")} < ${zero})`,
);
/** dy where the output y of a relu is above zero, else 0 (the derivative at 0 is 0, as in PyTorch). */
export const reluGradKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "reluGrad",
  ["dy", "y"],
  ({ zero, load }) => `select(${load("dy")}, ${zero}, ${load("y")} <= ${zero})`,
);
/** a + b. */
export const addKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "add",
  ["a", "b"],
  ({ load }) => `${load("a")} + ${load("b")}`,
);
/** a · b. */
export const mulKernel: Kernel<ElementwiseProblem, typeof uniforms> = elementwise(
  "mul",
  ["a", "b"],
  ({ load }) => `${load("a")} * ${load("b")}`,
);

/** What an expression is made of, for one element or for four. */
interface Terms {
  readonly zero: string;
  /** The thread's element of an operand, as f32 or vec4f. */
  readonly load: (operand: string) => string;
}

/** One thread an element, or four where the size allows it; every operand has the output's shape. */
function elementwise(
  name: string,
  reads: readonly string[],
  expression: (terms: Terms) => string,
): Kernel<ElementwiseProblem, typeof uniforms> {
  const source = (size: string, zero: string, type: string): string => wgsl`
${threadIndex(64)}
  if (index >= ${size}) { return; }
  result[index] = ResultElement(${expression({ zero, load: (operand) => `${type}(${operand}[index])` })});
}`;
  return defineKernel({
    name,
    reads,
    writes: ["result"],
    f16: [...reads, "result"],
    uniforms,
    uniformValues: (problem: ElementwiseProblem) => problem,
    variants: [
      { id: "scalar", supports: () => true, source: () => source("u.size", "0.0", "f32"), workgroups: ({ size }) => grid(size, 64) },
      {
        id: "vector",
        supports: ({ size }) => size % 4 === 0,
        vectors: () => [...reads, "result"],
        source: () => source("u.size / 4u", "vec4f(0.0)", "vec4f"),
        workgroups: ({ size }) => grid(size / 4, 64),
      },
    ],
    cost: ({ size }) => ({ flops: size, bytes: 4 * size * (reads.length + 1) }),
  });
}
