import type { Shape } from "@kindling/gpu";
import { maxPool2dInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type MaxPool2dAttrs, maxPool2dProblem } from "./maxPool2dAttrs.ts";

/** Gradient of maxPool2d's input: dy [n,ho,wo,c], argmax → [n,h,w,c] of `shape`. */
export function maxPool2dInputGrad(dy: Tensor, argmax: Tensor, shape: Shape, attrs: MaxPool2dAttrs): Tensor {
  return record(maxPool2dInputGradOp, [dy, argmax], { ...attrs, shape })[0]!;
}

/** The rule object of {@link maxPool2dInputGrad}. */
export const maxPool2dInputGradOp: Op<MaxPool2dAttrs & { readonly shape: Shape }> = {
  name: "maxPool2dInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [dispatch(maxPool2dInputGradKernel, maxPool2dProblem(outputs[0]!, attrs), inputs, outputs)],
  vjp: "not differentiable",
};
