import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors of `size` elements each. */
export type ElementwiseProblem = { readonly size: number };

/** Uniform fields of {@link ElementwiseProblem}. */
export const elementwiseUniforms = { size: "u32" } as const;

/** What {@link elementwise} makes a kernel of. */
export interface ElementwiseFormula<P extends ElementwiseProblem> {
  readonly name: string;
  readonly reads: readonly string[];
  readonly write: string;
  /** WGSL expression of the elements that are read, by their bindings' names; of type `Value`: f32, or vec4f for four elements. */
  readonly expression: string;
  /** WGSL functions of `Value` that the expression calls. */
  functions?(problem: P): string;
  /** Floating point operations an element. */
  readonly flops: number;
}

/** One thread an element, or four where the size allows it; every operand has the output's shape. */
export function elementwise<P extends ElementwiseProblem>(formula: ElementwiseFormula<P>): Kernel<P, typeof elementwiseUniforms> {
  const { name, reads, write, expression, flops } = formula;
  const element = `${write.charAt(0).toUpperCase()}${write.slice(1)}Element`;
  const source = (lanes: Lanes, problem: P): string => wgsl`
alias Value = ${lanes === 4 ? "vec4f" : "f32"};
${formula.functions?.(problem) ?? ""}
fn formula(${reads.map((read) => `${read}: Value`).join(", ")}) -> Value { return ${expression}; }

${elementThread(lanes)}
  ${write}[index] = ${element}(formula(${reads.map((read) => `Value(${read}[index])`).join(", ")}));
}`;
  return defineKernel({
    name,
    reads,
    writes: [write],
    f16: [...reads, write],
    uniforms: elementwiseUniforms,
    uniformValues: ({ size }: P) => ({ size }),
    variants: elementVariants([...reads, write], source),
    cost: ({ size }) => ({ flops: flops * size, bytes: 4 * size * (reads.length + 1) }),
  });
}
