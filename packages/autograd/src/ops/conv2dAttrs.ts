import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type Conv2dProblem, conv2dOutputSize } from "@kindling/kernels";

/** How a convolution slides over its image, and what follows; defaults: stride, dilation and groups 1, padding 0, no activation. */
export interface Conv2dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly activation?: "none" | "relu";
}

/** Options with all defaults filled in. */
export type Conv2dAttrs = Required<Conv2dOptions>;

/**
 * Sizes of a convolution whose y is dense.
 * @throws ShapeError when x and weight do not fit each other.
 */
export function conv2dProblem(x: Aval, weight: Shape, attrs: Conv2dAttrs): Conv2dProblem {
  const [batch = 0, height = 0, width = 0, inChannels = 0] = x.shape;
  const [kernelHeight = 0, kernelWidth = 0, groupChannels = 0, outChannels = 0] = weight;
  const operands = [x, { shape: weight, dtype: x.dtype }] as const;
  const { stride, padding, dilation, groups } = attrs;
  if (x.shape.length !== 4 || weight.length !== 4)
    throw new ShapeError("conv2d", "x must be [n,h,w,ci] and weight [kh,kw,ci,co]", ...operands);
  if (groupChannels * groups !== inChannels || outChannels % groups !== 0) {
    throw new ShapeError(
      "conv2d",
      `${inChannels} channels of x do not fit a weight for ${groupChannels} in ${groups} group(s)`,
      ...operands,
    );
  }
  const outHeight = conv2dOutputSize(height, kernelHeight, stride, padding, dilation);
  const outWidth = conv2dOutputSize(width, kernelWidth, stride, padding, dilation);
  if (outHeight < 1 || outWidth < 1) throw new ShapeError("conv2d", `the kernel exceeds the image padded by ${padding}`, ...operands);
  return {
    batch,
    height,
    width,
    inChannels,
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
