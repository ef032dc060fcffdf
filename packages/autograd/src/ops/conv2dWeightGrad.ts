import { type Aval, type Shape, sizeOf } from "@kindling/gpu";
import { type Conv2dProblem, conv2dWeightGradKernel, sumSplitsKernel, weightGradSplits } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type Conv2dAttrs, conv2dProblem } from "./conv2dAttrs.ts";

/** Gradient of conv2d's weight: dy [n,ho,wo,co], x [n,h,w,ci] → [kh,kw,ci/groups,co] of `shape`. */
export function conv2dWeightGrad(dy: Tensor, x: Tensor, shape: Shape, attrs: Conv2dAttrs): Tensor {
  return record(conv2dWeightGradOp, [dy, x], { ...attrs, shape })[0]!;
}

/** The rule object of {@link conv2dWeightGrad}. */
export const conv2dWeightGradOp: Op<Conv2dAttrs & { readonly shape: Shape }> = {
  name: "conv2dWeightGrad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ({ inputs, outputs, attrs, scratch }) =>
    weightGradDispatches(conv2dProblem(inputs[1]!, attrs.shape, attrs), inputs[0]!, inputs[1]!, outputs[0]!, scratch),
  vjp: "not differentiable",
};

/** The two passes of a weight gradient, or one where a single split is enough. */
export function weightGradDispatches(
  convolution: Conv2dProblem,
  dy: Aval,
  x: Aval,
  weightGrad: Aval,
  scratch: (aval: Aval) => Aval,
): Dispatch[] {
  const problem = withLongRows(convolution);
  const splits = weightGradSplits(problem);
  if (splits === 1) return [dispatch(conv2dWeightGradKernel, { ...problem, splits }, [dy, x], [weightGrad])];
  const partial = scratch({ shape: [splits, ...weightGrad.shape], dtype: "f32" });
  return [
    dispatch(conv2dWeightGradKernel, { ...problem, splits }, [dy, x], [partial]),
    dispatch(sumSplitsKernel, { splits, size: sizeOf(weightGrad.shape) }, [partial], [weightGrad]),
  ];
}

/** A 1×1 convolution does not look at neighbours: each image may be one row, whose loop is long. */
function withLongRows(p: Conv2dProblem): Conv2dProblem {
  if (p.kernelHeight !== 1 || p.kernelWidth !== 1 || p.stride !== 1 || p.padding !== 0) return p;
  if (p.outHeight !== p.height || p.outWidth !== p.width) return p; // a transposed convolution with output padding
  const pixels = p.height * p.width;
  return { ...p, batch: 1, height: p.batch, outHeight: p.batch, width: pixels, outWidth: pixels };
}
