import type { Conv2dProblem } from "../conv2d/conv2dProblem.ts";
import { conv2dReference, conv2dWeightGradReference } from "../conv2d/reference.ts";
import type { MaxPool2dProblem } from "../maxPool2d/maxPool2dProblem.ts";
import { maxPool2dArgmaxReference, maxPool2dReference } from "../maxPool2d/reference.ts";
import type { Reference } from "../reference.ts";
import type { ConvReluMaxPool2dProblem } from "./convReluMaxPool2dProblem.ts";

/** What is pooled, before the ReLU: the convolution with its bias. */
export function convReluMaxPool2dConvolution(
  p: ConvReluMaxPool2dProblem,
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): Reference {
  return conv2dReference(convolutionOf(p), x, weight, bias);
}

/** y and argmax by the definition: convolution, bias, ReLU, max pooling, one after the other. A maximum is as exact as what it is taken of. */
export function convReluMaxPool2dReference(
  p: ConvReluMaxPool2dProblem,
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): { readonly y: Reference; readonly argmax: Uint32Array } {
  const { value, magnitude, terms } = convReluMaxPool2dConvolution(p, x, weight, bias);
  const positive = value.map((sum) => Math.max(sum, 0));
  const pooling = poolingOf(p);
  const pooled = maxPool2dReference(pooling, positive);
  return {
    y: { value: pooled.value, magnitude: maxPool2dReference(pooling, magnitude).value, terms },
    argmax: maxPool2dArgmaxReference(pooling, positive),
  };
}

/** Gradient of the weight from that of the pooled values, after the ReLU's mask: each goes to the output of the convolution that was its maximum. */
export function convReluMaxPool2dWeightGradReference(
  p: ConvReluMaxPool2dProblem,
  dz: Float64Array,
  argmax: Float64Array,
  x: Float64Array,
): Reference {
  const quads = Math.ceil(p.outChannels / 4);
  const before = new Float64Array(p.batch * p.convHeight * p.convWidth * p.outChannels);
  const magnitudes = new Float64Array(before.length); // one output of the convolution may be the maximum of several windows
  for (const [at, gradient] of dz.entries()) {
    const co = at % p.outChannels;
    const pixel = (at - co) / p.outChannels;
    const offset = Math.floor(argmax[pixel * quads + Math.floor(co / 4)]! / 256 ** (co % 4)) % 256;
    const n = Math.floor(pixel / (p.outHeight * p.outWidth));
    const row = (Math.floor(pixel / p.outWidth) % p.outHeight) * p.poolStride + Math.floor(offset / p.poolKernel) - p.poolPadding;
    const column = (pixel % p.outWidth) * p.poolStride + (offset % p.poolKernel) - p.poolPadding;
    const to = ((n * p.convHeight + row) * p.convWidth + column) * p.outChannels + co;
    before[to]! += gradient;
    magnitudes[to]! += Math.abs(gradient);
  }
  const { value } = conv2dWeightGradReference(convolutionOf(p), before, x);
  const { magnitude } = conv2dWeightGradReference(convolutionOf(p), magnitudes, x);
  return { value, magnitude, terms: p.batch * p.outHeight * p.outWidth };
}

/** The convolution by itself. */
function convolutionOf(p: ConvReluMaxPool2dProblem): Conv2dProblem {
  return { ...p, outHeight: p.convHeight, outWidth: p.convWidth, dilation: 1, groups: 1, yChannels: p.outChannels, yOffset: 0 };
}

/** The pooling by itself. */
function poolingOf(p: ConvReluMaxPool2dProblem): MaxPool2dProblem {
  const { batch, convHeight: height, convWidth: width, outChannels: channels, outHeight, outWidth } = p;
  return { batch, height, width, channels, outHeight, outWidth, kernel: p.poolKernel, stride: p.poolStride, padding: p.poolPadding };
}
