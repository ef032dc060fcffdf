import type { Aval, Shape } from "@kindling/gpu";
import type { ConvReluMaxPool2dProblem } from "@kindling/kernels";
import { type Conv2dAttrs, conv2dProblem } from "./conv2dAttrs.ts";
import { type MaxPool2dAttrs, type MaxPool2dOptions, maxPool2dProblem } from "./maxPool2dAttrs.ts";

/** How a convolution slides over its image and a max pooling over what it puts out; defaults: stride 1, padding 0, the pooling's as maxPool2d's. */
export interface ConvReluMaxPool2dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly pooling: MaxPool2dOptions;
}

/** Options with all defaults filled in. */
export interface ConvReluMaxPool2dAttrs {
  readonly convolution: Conv2dAttrs;
  readonly pooling: MaxPool2dAttrs;
}

/** Sizes of a pooled convolution. @throws ShapeError as conv2d and maxPool2d do. */
export function convReluMaxPool2dProblem(
  x: Aval,
  weight: Shape,
  { convolution, pooling }: ConvReluMaxPool2dAttrs,
): ConvReluMaxPool2dProblem {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels, kernelHeight, kernelWidth, stride, padding } = conv2dProblem(
    x,
    weight,
    convolution,
  );
  const pooled = maxPool2dProblem({ shape: [batch, outHeight, outWidth, outChannels], dtype: x.dtype }, pooling);
  return {
    batch,
    height,
    width,
    inChannels,
    convHeight: outHeight,
    convWidth: outWidth,
    outHeight: pooled.outHeight,
    outWidth: pooled.outWidth,
    outChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    poolKernel: pooled.kernel,
    poolStride: pooled.stride,
    poolPadding: pooled.padding,
  };
}
