import { type Shape, sizeOf } from "@kindling/gpu";
import { convReluMaxPool2dWeightGradKernel, pooledWeightGradSplits, sumSplitsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type ConvReluMaxPool2dAttrs, convReluMaxPool2dProblem } from "./convReluMaxPool2dAttrs.ts";

/** Gradient of a pooled convolution's weight: dz [n,ho,wo,co] before the ReLU, argmax, x [n,h,w,ci] → [kh,kw,ci,co] of `shape`. */
export function convReluMaxPool2dWeightGrad(dz: Tensor, argmax: Tensor, x: Tensor, shape: Shape, attrs: ConvReluMaxPool2dAttrs): Tensor {
  return record(convReluMaxPool2dWeightGradOp, [dz, argmax, x], { ...attrs, shape })[0]!;
}

/** The rule object of {@link convReluMaxPool2dWeightGrad}. */
export const convReluMaxPool2dWeightGradOp: Op<ConvReluMaxPool2dAttrs & { readonly shape: Shape }> = {
  name: "convReluMaxPool2dWeightGrad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower({ inputs, outputs: [weightGrad], attrs, scratch }) {
    const problem = convReluMaxPool2dProblem(inputs[2]!, attrs.shape, attrs);
    const splits = pooledWeightGradSplits(problem);
    if (splits === 1) return [dispatch(convReluMaxPool2dWeightGradKernel, { ...problem, splits }, inputs, [weightGrad!])];
    const partial = scratch({ shape: [splits, ...attrs.shape], dtype: "f32" });
    return [
      dispatch(convReluMaxPool2dWeightGradKernel, { ...problem, splits }, inputs, [partial]),
      dispatch(sumSplitsKernel, { splits, size: sizeOf(attrs.shape) }, [partial], [weightGrad!]),
    ];
  },
  vjp: "not differentiable",
};
