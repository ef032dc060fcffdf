import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type Conv2dProblem, conv2dInputGradKernel, conv2dKernel, convTranspose2dBiasKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { weightGradDispatches } from "./conv2dWeightGrad.ts";
import { sumOverPixels } from "./sumOverPixels.ts";

/** How a transposed convolution spreads its image; defaults: stride, dilation and groups 1, padding and output padding 0. */
export interface ConvTranspose2dOptions {
  readonly stride?: number;
  /** Rows and columns cut off from each side of the result. */
  readonly padding?: number;
  /** Rows and columns added below and to the right, where several sizes convolve to x's. */
  readonly outputPadding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** Options with all defaults filled in. */
export type ConvTranspose2dAttrs = Required<ConvTranspose2dOptions>;

/**
 * Transposed convolution (torch.nn.functional.conv_transpose2d): the gradient of a conv2d with regard to its input, as a function of its own.
 * x [n,h,w,ci], weight [kh,kw,co/groups,ci], bias [co] or none → [n,ho,wo,co],
 * ho = (h − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1.
 * The weight lies as that of the conv2d that it transposes, which has ci outputs: PyTorch's [ci,co/groups,kh,kw] as HWIO.
 * @throws ShapeError when the channels of x, weight and bias disagree, nothing is left of the result, or the output padding is neither below
 * the stride nor below the dilation.
 */
export function convTranspose2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvTranspose2dOptions = {}): Tensor {
  const attrs: ConvTranspose2dAttrs = { stride: 1, padding: 0, outputPadding: 0, dilation: 1, groups: 1, ...options };
  return record(convTranspose2dOp, bias ? [x, weight, bias] : [x, weight], attrs)[0]!;
}

/** The rule object of {@link convTranspose2d}. */
export const convTranspose2dOp: Op<ConvTranspose2dAttrs> = {
  name: "convTranspose2d",
  infer([x, weight, bias], attrs) {
    const { batch, height, width, inChannels } = convolutionOf(x!, weight!.shape, attrs);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== inChannels)) {
      throw new ShapeError("convTranspose2d", `the bias must have one value for each of ${inChannels} channels`, bias);
    }
    return [{ shape: [batch, height, width, inChannels], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(
      inputs.length === 3 ? convTranspose2dBiasKernel : conv2dInputGradKernel,
      { ...convolutionOf(inputs[0]!, inputs[1]!.shape, attrs), accumulate: false },
      inputs,
      outputs,
    ),
  ],
  vjp: ({ inputs: [x, weight], attrs }, [dy], [needX, needWeight, needBias]) => [
    needX ? record(convTranspose2dInputGradOp, [dy!, weight!], { ...attrs, shape: x!.shape })[0]! : null,
    needWeight ? record(convTranspose2dWeightGradOp, [dy!, x!], { ...attrs, shape: weight!.shape })[0]! : null,
    needBias ? sumOverPixels(dy!) : null,
  ],
};

/** Gradient of {@link convTranspose2d}'s input, the convolution itself: dy [n,ho,wo,co], weight → [n,h,w,ci] of `shape`. */
export const convTranspose2dInputGradOp: Op<ConvTranspose2dAttrs & { readonly shape: Shape }> = {
  name: "convTranspose2dInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(conv2dKernel, { ...convolutionOf(outputs[0]!, inputs[1]!.shape, attrs), activation: "none" }, inputs, outputs),
  ],
  vjp: "not differentiable",
};

/** Gradient of {@link convTranspose2d}'s weight: dy [n,ho,wo,co], x [n,h,w,ci] → [kh,kw,co/groups,ci] of `shape`. */
export const convTranspose2dWeightGradOp: Op<ConvTranspose2dAttrs & { readonly shape: Shape }> = {
  name: "convTranspose2dWeightGrad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  // The convolution reads dy and puts out x, so that they change places.
  lower: ({ inputs: [dy, x], outputs: [weightGrad], attrs, scratch }) =>
    weightGradDispatches(convolutionOf(x!, attrs.shape, attrs), x!, dy!, weightGrad!, scratch),
  vjp: "not differentiable",
};

/** The convolution that is transposed: from the image [n,ho,wo,co] to x [n,h,w,ci]. */
function convolutionOf(x: Aval, weight: Shape, attrs: ConvTranspose2dAttrs): Conv2dProblem {
  const [batch = 0, outHeight = 0, outWidth = 0, outChannels = 0] = x.shape;
  const [kernelHeight = 0, kernelWidth = 0, groupChannels = 0, channels = 0] = weight;
  const operands = [x, { shape: weight, dtype: x.dtype }] as const;
  const { stride, padding, outputPadding, dilation, groups } = attrs;
  if (x.shape.length !== 4 || weight.length !== 4) {
    throw new ShapeError("convTranspose2d", "x must be [n,h,w,ci] and weight [kh,kw,co/groups,ci]", ...operands);
  }
  if (channels !== outChannels || outChannels % groups !== 0) {
    throw new ShapeError("convTranspose2d", `the weight's last axis must be x's channels, in ${groups} equal group(s)`, ...operands);
  }
  // Otherwise the convolution of the result would be larger than x (PyTorch refuses it as well).
  if (outputPadding >= stride && outputPadding >= dilation) {
    throw new ShapeError(
      "convTranspose2d",
      `output padding ${outputPadding} must be below stride ${stride} or dilation ${dilation}`,
      ...operands,
    );
  }
  const outputSize = (size: number, kernel: number) => (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1;
  const [height, width] = [outputSize(outHeight, kernelHeight), outputSize(outWidth, kernelWidth)];
  if (height < 1 || width < 1) throw new ShapeError("convTranspose2d", `nothing is left after a padding of ${padding}`, ...operands);
  return {
    batch,
    height,
    width,
    inChannels: groupChannels * groups,
    outHeight,
    outWidth,
    outChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    dilation,
    groups,
    yChannels: outChannels,
    yOffset: 0,
  };
}
