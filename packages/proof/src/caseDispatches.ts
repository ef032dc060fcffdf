import { type Dispatch, lower } from "@kindling/autograd";
import type { OpCase } from "./opCase.ts";
import { outputsOf, recordCase } from "./recordCase.ts";

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
export function caseDispatches(opCase: OpCase, dtype: "f32" | "f16"): readonly CaseDispatch[] {
  const recorded = recordCase(opCase, dtype);
  const { graph, gradients, forwardNodes } = recorded;
  const forward = new Set(graph.nodes.slice(0, forwardNodes));
  const nodesOf = [...gradients].map(
    ([name, gradient]) => [name, new Set(gradient ? lower(graph, [gradient]).map(({ node }) => node) : [])] as const,
  );
  return lower(graph, Object.values(outputsOf(recorded))).flatMap(({ node, dispatches }) => {
    const pass = forward.has(node) ? "forward" : "backward";
    const needing = pass === "forward" ? [] : nodesOf.filter(([, nodes]) => nodes.has(node)).map(([name]) => name);
    return dispatches.map((dispatch) => ({ ...dispatch, pass, gradients: needing }));
  });
}
