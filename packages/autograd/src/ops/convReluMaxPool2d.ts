import { ShapeError } from "@kindling/gpu";
import { convReluMaxPool2dKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { conv2dInputGrad } from "./conv2dInputGrad.ts";
import { type ConvReluMaxPool2dAttrs, type ConvReluMaxPool2dOptions, convReluMaxPool2dProblem } from "./convReluMaxPool2dAttrs.ts";
import { convReluMaxPool2dWeightGrad } from "./convReluMaxPool2dWeightGrad.ts";
import { maxPool2dInputGrad } from "./maxPool2dInputGrad.ts";
import { sumOverPixels } from "./sumOverPixels.ts";

/**
 * Convolution, bias, ReLU and max pooling, as a network's stem has them: x [n,h,w,ci], weight [kh,kw,ci,co], bias [co] → [n,ho,wo,co]. What
 * maxPool2d(conv2d(…)) gives, but what the convolution puts out, the largest map of such networks, is never in memory.
 * @throws ShapeError as conv2d and maxPool2d.
 */
export function convReluMaxPool2d(x: Tensor, weight: Tensor, bias: Tensor, options: ConvReluMaxPool2dOptions): Tensor {
  const { stride = 1, padding = 0, pooling } = options;
  return record(convReluMaxPool2dOp, [x, weight, bias], {
    convolution: { stride, padding, dilation: 1, groups: 1, activation: "relu" },
    pooling: { stride: pooling.kernel, padding: 0, ceilMode: false, ...pooling },
  })[0]!;
}

/** The rule object of {@link convReluMaxPool2d}: x, weight, bias → y, argmax (see MaxPool2dProblem). */
export const convReluMaxPool2dOp: Op<ConvReluMaxPool2dAttrs> = {
  name: "convReluMaxPool2d",
  infer([x, weight, bias], attrs) {
    const { batch, outHeight, outWidth, outChannels } = convReluMaxPool2dProblem(x!, weight!.shape, attrs);
    if (bias!.shape.length !== 1 || bias!.shape[0] !== outChannels) {
      throw new ShapeError("convReluMaxPool2d", `the bias must have one value for each of ${outChannels} channels`, bias!);
    }
    return [
      { shape: [batch, outHeight, outWidth, outChannels], dtype: x!.dtype },
      { shape: [batch, outHeight, outWidth, Math.ceil(outChannels / 4)], dtype: "u32" },
    ];
  },
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(convReluMaxPool2dKernel, convReluMaxPool2dProblem(inputs[0]!, inputs[1]!.shape, attrs), inputs, outputs),
  ],
  vjp({ inputs: [x, weight], outputs: [y, argmax], attrs }, [dy], [needX, needWeight, needBias]) {
    // What the ReLU lets pass it lets pass of the maximum too.
    const dz = activationGrad(dy!, y!, "relu");
    const { batch, convHeight, convWidth, outChannels } = convReluMaxPool2dProblem(x!, weight!.shape, attrs);
    const unpooled = () => maxPool2dInputGrad(dz, argmax!, [batch, convHeight, convWidth, outChannels], attrs.pooling);
    return [
      needX ? conv2dInputGrad(unpooled(), weight!, x!.shape, attrs.convolution) : null,
      needWeight ? convReluMaxPool2dWeightGrad(dz, argmax!, x!, weight!.shape, attrs) : null,
      needBias ? sumOverPixels(dz) : null,
    ];
  },
};
