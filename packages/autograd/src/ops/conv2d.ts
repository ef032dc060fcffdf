import { ShapeError } from "@kindling/gpu";
import { conv2dBiasKernel, conv2dKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { type Conv2dAttrs, type Conv2dOptions, conv2dProblem } from "./conv2dAttrs.ts";
import { conv2dInputGrad } from "./conv2dInputGrad.ts";
import { conv2dWeightGrad } from "./conv2dWeightGrad.ts";
import { sumOverPixels } from "./sumOverPixels.ts";

/**
 * Cross-correlation with bias and optional activation, fused.
 * x [n,h,w,ci], weight [kh,kw,ci/groups,co], bias [co] or none → [n,ho,wo,co], ho = ⌊(h + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 * @throws ShapeError when the channels of x, weight and bias disagree or the kernel exceeds the padded image.
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const attrs: Conv2dAttrs = { stride: 1, padding: 0, dilation: 1, groups: 1, activation: "none", ...options };
  return record(conv2dOp, bias ? [x, weight, bias] : [x, weight], attrs)[0]!;
}

/** The rule object of {@link conv2d}. */
export const conv2dOp: Op<Conv2dAttrs> = {
  name: "conv2d",
  infer([x, weight, bias], attrs) {
    const problem = conv2dProblem(x!, weight!.shape, attrs);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== problem.outChannels)) {
      throw new ShapeError("conv2d", `the bias must have one value for each of ${problem.outChannels} channels`, bias);
    }
    return [{ shape: [problem.batch, problem.outHeight, problem.outWidth, problem.outChannels], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(
      inputs.length === 3 ? conv2dBiasKernel : conv2dKernel,
      { ...conv2dProblem(inputs[0]!, inputs[1]!.shape, attrs), activation: attrs.activation },
      inputs,
      outputs,
    ),
  ],
  vjp({ inputs: [x, weight], outputs: [y], attrs }, [dy], [needX, needWeight, needBias]) {
    const dz = activationGrad(dy!, y!, attrs.activation);
    return [
      needX ? conv2dInputGrad(dz, weight!, x!.shape, attrs) : null,
      needWeight ? conv2dWeightGrad(dz, x!, weight!.shape, attrs) : null,
      needBias ? sumOverPixels(dz) : null,
    ];
  },
};
