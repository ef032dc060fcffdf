import type { Shape } from "@kindling/gpu";
import { conv2dInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type Conv2dAttrs, conv2dProblem } from "./conv2dAttrs.ts";

/** Gradient of conv2d's input: dy [n,ho,wo,co], weight [kh,kw,ci/groups,co] → [n,h,w,ci] of `shape`. */
export function conv2dInputGrad(dy: Tensor, weight: Tensor, shape: Shape, attrs: Conv2dAttrs): Tensor {
  return record(conv2dInputGradOp, [dy, weight], { ...attrs, shape })[0]!;
}

/** The rule object of {@link conv2dInputGrad}. */
export const conv2dInputGradOp: Op<Conv2dAttrs & { readonly shape: Shape }> = {
  name: "conv2dInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(conv2dInputGradKernel, { ...conv2dProblem(outputs[0]!, inputs[1]!.shape, attrs), accumulate: false }, inputs, outputs),
  ],
  vjp: "not differentiable",
};
