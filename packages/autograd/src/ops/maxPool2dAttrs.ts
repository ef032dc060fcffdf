import { type Aval, ShapeError } from "@kindling/gpu";
import { type MaxPool2dProblem, maxPool2dLargestKernel, pool2dOutputSize } from "@kindling/kernels";

/** How a max pooling slides its window. */
export interface MaxPool2dOptions {
  /** Height and width of the window. */
  readonly kernel: number;
  /** Default: the kernel. */
  readonly stride?: number;
  /** Default 0; at most half the kernel. */
  readonly padding?: number;
  /** Default false. True keeps a last window that is only partly inside the image. */
  readonly ceilMode?: boolean;
}

/** Options with all defaults filled in. */
export type MaxPool2dAttrs = Required<MaxPool2dOptions>;

/** Sizes of a pooling. @throws ShapeError when x is no batch of images or the window does not fit it (see maxPool2d). */
export function maxPool2dProblem(x: Aval, attrs: MaxPool2dAttrs): MaxPool2dProblem {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const { kernel, stride, padding, ceilMode } = attrs;
  if (x.shape.length !== 4) throw new ShapeError("maxPool2d", "x must be [n,h,w,c]", x);
  if (kernel > maxPool2dLargestKernel)
    throw new ShapeError("maxPool2d", `the kernel ${kernel} must be at most ${maxPool2dLargestKernel}`, x);
  if (2 * padding > kernel) throw new ShapeError("maxPool2d", `the padding ${padding} must be at most half the kernel ${kernel}`, x);
  const outHeight = pool2dOutputSize(height, kernel, stride, padding, ceilMode);
  const outWidth = pool2dOutputSize(width, kernel, stride, padding, ceilMode);
  if (outHeight < 1 || outWidth < 1) throw new ShapeError("maxPool2d", `the kernel ${kernel} exceeds the image padded by ${padding}`, x);
  return { batch, height, width, channels, outHeight, outWidth, kernel, stride, padding };
}
