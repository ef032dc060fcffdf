import { sizeOf } from "@kindling/gpu";
import { reluGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/**
 * Gradient before a fused activation, from the gradient after it and the activation's output: dy where y > 0 for relu, dy itself for none.
 * Masked once here because the input, weight and bias gradients all read it.
 */
export function activationGrad(dy: Tensor, y: Tensor, activation: "none" | "relu"): Tensor {
  return activation === "none" ? dy : record(reluGradOp, [dy, y], {})[0]!;
}

/** The rule object of {@link activationGrad} for relu. */
export const reluGradOp: Op<object> = {
  name: "reluGrad",
  infer: (inputs) => inferSameShape("reluGrad", inputs),
  lower: ({ inputs, outputs }) => [dispatch(reluGradKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: "not differentiable",
};
