import type { Node, Op, Tensor } from "@kindling/autograd";
import type { OnnxGraph } from "./onnxGraph.ts";

/** How a recorded call of one op is written as ONNX operators. */
export interface OnnxRule {
  readonly op: Op;
  /** Appends the operators and returns the name of the value that the node's first output becomes; images [n,h,w,c] are [n,c,h,w] in ONNX. */
  readonly write: (node: Node, onnx: OnnxGraph) => string;
  /** What the operators read: the node's inputs, but for an op that is written as something else than what was recorded. */
  readonly reads: (node: Node) => readonly Tensor[];
}

/** A rule whose attributes are those of its op. */
export function onnxRule<A>(
  op: Op<A>,
  write: (node: Node<A>, onnx: OnnxGraph) => string,
  reads: (node: Node<A>) => readonly Tensor[] = ({ inputs }) => inputs,
): OnnxRule {
  // Rules are found by their op and so only called with nodes of it: that is what this function stands for.
  return { op: op as unknown as Op, write: write as OnnxRule["write"], reads: reads as OnnxRule["reads"] };
}
