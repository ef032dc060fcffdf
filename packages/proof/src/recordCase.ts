import { Graph, pullback, type Tensor } from "@kindling/autograd";
import { type OpCase, type OpInput, storageOf } from "./opCase.ts";

/** A case on a graph, forward and backward. */
export interface RecordedCase {
  readonly graph: Graph;
  /** The operands, inputs of the graph, with how they are stored. */
  readonly inputs: readonly (OpInput & { readonly tensor: Tensor; readonly stored: "f32" | "f16" | "u32" })[];
  readonly output: Tensor;
  /** The input "cotangent", stored as the output. */
  readonly cotangent: Tensor;
  /** Gradients of Σ output · cotangent, by the names of the differentiable operands; null where the output does not depend on one. */
  readonly gradients: ReadonlyMap<string, Tensor | null>;
  /** How many nodes the forward pass has: the gradients' come after. */
  readonly forwardNodes: number;
}

/**
 * Records a case with its gradients, operands stored as `dtype` where they are not f32 or u32 by nature.
 * @throws DTypeError when the op takes no such operands.
 */
export function recordCase(opCase: OpCase, dtype: "f32" | "f16"): RecordedCase {
  const graph = new Graph();
  const inputs = opCase.inputs.map((input) => {
    const stored = storageOf(input, dtype);
    return { ...input, stored, tensor: graph.input(input.name, input.shape, stored) };
  });
  const output = opCase.build(inputs.map(({ tensor }) => tensor));
  const forwardNodes = graph.nodes.length;
  const cotangent = graph.input("cotangent", output.shape, output.dtype);
  const differentiable = inputs.filter((input) => input.differentiable);
  const gradients = pullback(
    [[output, cotangent]],
    differentiable.map(({ tensor }) => tensor),
  );
  return { graph, inputs, output, cotangent, gradients: new Map(differentiable.map(({ name }, i) => [name, gradients[i]!])), forwardNodes };
}

/** The output, as "output", and the gradients that there are, as "gradient NAME": what a program of the case puts out. */
export function outputsOf({ output, gradients }: RecordedCase): Readonly<Record<string, Tensor>> {
  const known = [...gradients].flatMap(([name, gradient]) => (gradient ? [[`gradient ${name}`, gradient] as const] : []));
  return Object.fromEntries([["output", output] as const, ...known]);
}
