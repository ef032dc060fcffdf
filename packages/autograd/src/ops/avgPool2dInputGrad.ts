import type { Shape } from "@kindling/gpu";
import { avgPool2dInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type AvgPool2dAttrs, avgPool2dProblem } from "./avgPool2dAttrs.ts";

/** Gradient of the input of avgPool2d and adaptiveAvgPool2d: dy [n,ho,wo,c] → [n,h,w,c] of `shape`. */
export function avgPool2dInputGrad(dy: Tensor, shape: Shape, attrs: AvgPool2dAttrs): Tensor {
  return record(avgPool2dInputGradOp, [dy], { pooling: attrs, shape })[0]!;
}

/** The rule object of {@link avgPool2dInputGrad}. */
export const avgPool2dInputGradOp: Op<{ readonly pooling: AvgPool2dAttrs; readonly shape: Shape }> = {
  name: "avgPool2dInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs: { pooling } }) => [
    dispatch(avgPool2dInputGradKernel, avgPool2dProblem(outputs[0]!, pooling), inputs, outputs),
  ],
  vjp: "not differentiable",
};
