import { sizeOf } from "@kindling/gpu";
import { reluGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Node, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";
import { maxPool2dOp } from "./maxPool2d.ts";
import type { MaxPool2dAttrs } from "./maxPool2dAttrs.ts";
import { maxPool2dInputGrad, maxPool2dInputGradOp } from "./maxPool2dInputGrad.ts";

/**
 * Gradient before a fused activation, from the gradient after it and the activation's output: dy where y > 0 for relu, dy itself for none.
 * Masked once here because the input, weight and bias gradients all read it.
 */
export function activationGrad(dy: Tensor, y: Tensor, activation: "none" | "relu"): Tensor {
  if (activation === "none") return dy;
  return maskedBeforeUnpooling(dy, y) ?? record(reluGradOp, [dy, y], {})[0]!;
}

/**
 * The same where dy is what a max pooling of y hands back: a window gives its gradient to its maximum alone, which is above zero where the pooled
 * value is, so the smaller pooled map is masked instead, to the same bits. dy itself is then dropped, as nothing reads it. Null for any other dy.
 */
function maskedBeforeUnpooling(dy: Tensor, y: Tensor): Tensor | null {
  if (dy.source.kind !== "node" || dy.source.node.op !== maxPool2dInputGradOp) return null;
  const [dPooled, argmax] = dy.source.node.inputs;
  if (argmax?.source.kind !== "node" || argmax.source.node.op !== maxPool2dOp || argmax.source.node.inputs[0] !== y) return null;
  const { outputs, attrs } = argmax.source.node as Node<MaxPool2dAttrs>; // of maxPool2dOp
  return maxPool2dInputGrad(activationGrad(dPooled!, outputs[0]!, "relu"), argmax, y.shape, attrs);
}

/** The rule object of {@link activationGrad} for relu. */
export const reluGradOp: Op<object> = {
  name: "reluGrad",
  infer: (inputs) => inferSameShape("reluGrad", inputs),
  lower: ({ inputs, outputs }) => [dispatch(reluGradKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: "not differentiable",
};
