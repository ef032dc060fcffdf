import { type Dispatch, Graph, lower, pullback } from "@kindling/autograd";
import { type OpCase, storageOf } from "./opCase.ts";

/** A kernel call of an op's case. */
export interface CaseDispatch extends Dispatch {
  readonly pass: "forward" | "backward";
  /** Inputs whose gradients need it, in a backward pass; a call of the forward pass is for the output. */
  readonly gradients: readonly string[];
}

/**
 * The kernel calls of a case with its gradients, in order, with inputs stored as `dtype` where they are not f32 by nature. Needs no adapter.
 * @throws DTypeError when the op takes no such inputs.
 */
export function caseDispatches({ inputs, build }: OpCase, dtype: "f32" | "f16"): readonly CaseDispatch[] {
  const graph = new Graph();
  const tensors = inputs.map((input) => graph.input(input.name, input.shape, storageOf(input, dtype)));
  const output = build(tensors);
  const forward = new Set(graph.nodes);
  const cotangent = graph.input("cotangent", output.shape, output.dtype);
  const names = inputs.filter(({ differentiable }) => differentiable).map(({ name }) => name);
  const wrt = tensors.filter((_, i) => inputs[i]!.differentiable);
  const gradients = pullback([[output, cotangent]], wrt);
  const nodesOf = gradients.map((gradient) => new Set(gradient ? lower(graph, [gradient]).map(({ node }) => node) : []));
  const outputs = [output, ...gradients.filter((gradient) => gradient !== null)];
  return lower(graph, outputs).flatMap(({ node, dispatches }) => {
    const pass = forward.has(node) ? "forward" : "backward";
    const needing = pass === "forward" ? [] : names.filter((_, i) => nodesOf[i]!.has(node));
    return dispatches.map((dispatch) => ({ ...dispatch, pass, gradients: needing }));
  });
}
