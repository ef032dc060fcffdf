import { ShapeError, sameShape } from "@kindling/gpu";
import type { Checkpoint, Node } from "./op.ts";
import { add } from "./ops/add.ts";
import { fill } from "./ops/fill.ts";
import { repeatCheckpoint } from "./repeatCheckpoint.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Appends the gradient of the scalar `loss`; the result is aligned with `wrt`, null where the loss does not depend on a tensor.
 * @throws ShapeError when the loss is not a scalar, Error when an op on the way is not differentiable.
 */
export function backward(loss: Tensor, wrt: readonly Tensor[]): readonly (Tensor | null)[] {
  if (loss.shape.length !== 0) throw new ShapeError("backward", "the loss must be a scalar", loss);
  return pullback([[loss, fill(loss.graph, [], 1)]], wrt);
}

/** Which nodes {@link pullback} goes through. */
export interface PullbackOptions {
  /** Those from this place on in the graph's nodes: what lies before makes no tensor depend on another. Default 0: all. */
  readonly from?: number;
}

/**
 * Appends the gradients of Σ ⟨output, cotangent⟩, aligned with `wrt`, null where no output depends on a tensor.
 * Nodes recorded after the outputs play no part. The nodes of a checkpoint are recorded again before the first gradient that needs them.
 * @throws ShapeError when a cotangent's shape differs from its output's, Error when an op on the way is not differentiable, a checkpoint cannot be repeated or is being recorded.
 */
export function pullback(
  pairs: readonly (readonly [output: Tensor, cotangent: Tensor])[],
  wrt: readonly Tensor[],
  { from = 0 }: PullbackOptions = {},
): readonly (Tensor | null)[] {
  const graph = pairs[0]?.[0].graph;
  if (!graph) return wrt.map(() => null);
  if (graph.isInCheckpoint) throw new Error("backward: gradients are recorded after a checkpoint, not inside its body");
  const nodes = graph.nodes.slice(from);
  const dependent = new Set<Tensor>(wrt);
  for (const node of nodes) {
    if (node.inputs.some((input) => dependent.has(input))) for (const output of node.outputs) dependent.add(output);
  }
  const cotangents = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    const sum = cotangents.get(tensor);
    cotangents.set(tensor, sum ? add(sum, gradient) : gradient);
  };
  for (const [output, cotangent] of pairs) {
    if (!sameShape(output.shape, cotangent.shape))
      throw new ShapeError("pullback", "an output and its cotangent differ", output, cotangent);
    if (dependent.has(output)) accumulate(output, cotangent);
  }
  const repeated = new Map<Checkpoint, ReadonlyMap<Tensor, Tensor>>();
  /** The node as its gradient shall see it: of a checkpoint, with the values that are computed again. */
  const seen = (node: Node): Node => {
    if (!node.checkpoint) return node;
    const values = repeated.get(node.checkpoint) ?? repeatCheckpoint(graph, node.checkpoint);
    repeated.set(node.checkpoint, values);
    const again = (tensor: Tensor) => values.get(tensor) ?? tensor;
    return { ...node, inputs: node.inputs.map(again), outputs: node.outputs.map(again) };
  };
  for (const node of nodes.reverse()) {
    const ofOutputs = node.outputs.map((output) => cotangents.get(output));
    if (ofOutputs.every((cotangent) => cotangent === undefined)) continue;
    const needed = node.inputs.map((input) => dependent.has(input));
    if (!needed.includes(true)) continue;
    if (node.op.vjp === "not differentiable")
      throw new Error(`backward: ${node.op.name} is not differentiable, but the loss depends on it`);
    const { vjp } = node.op;
    graph.within(node.path, () => {
      for (const [i, gradient] of vjp(seen(node), ofOutputs, needed).entries()) {
        const input = node.inputs[i]!;
        if (!gradient || !needed[i]) continue;
        if (!sameShape(gradient.shape, input.shape))
          throw new ShapeError(`gradient of ${node.op.name}`, `input ${i} and its gradient differ`, input, gradient);
        accumulate(input, gradient);
      }
    });
  }
  return wrt.map((tensor) => cotangents.get(tensor) ?? null);
}
