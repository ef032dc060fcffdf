import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type AvgPool2dProblem, pool2dOutputSize } from "@kindling/kernels";
import { resizeProblem } from "./resizeProblem.ts";

/** How an average pooling slides its window. */
export interface AvgPool2dOptions {
  /** Height and width of the window. */
  readonly kernel: number;
  /** Default: the kernel. */
  readonly stride?: number;
  /** Pixels of 0 beyond each edge; default 0, at most half the kernel. */
  readonly padding?: number;
  /** Default false. True keeps a last window that is only partly inside the image. */
  readonly ceilMode?: boolean;
  /** Whether the padding counts in what a sum is divided by; default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
}

/** Windows of an average pooling: sliding ones with all defaults filled in, or those that cover the image in `size` [h,w] even parts. */
export type AvgPool2dAttrs =
  | ({ readonly windows: "sliding" } & Required<AvgPool2dOptions>)
  | { readonly windows: "adaptive"; readonly size: Shape };

/** Sizes of a pooling. @throws ShapeError when x is no batch of images or the windows do not fit it (see avgPool2d and adaptiveAvgPool2d). */
export function avgPool2dProblem(x: Aval, attrs: AvgPool2dAttrs): AvgPool2dProblem {
  if (attrs.windows === "adaptive") return { ...resizeProblem("adaptiveAvgPool2d", x, attrs.size), windows: "adaptive" };
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const { windows, kernel, stride, padding, ceilMode, countIncludePad } = attrs;
  if (x.shape.length !== 4) throw new ShapeError("avgPool2d", "x must be [n,h,w,c]", x);
  if (kernel < 1 || stride < 1) throw new ShapeError("avgPool2d", `the kernel ${kernel} and the stride ${stride} must be at least 1`, x);
  if (padding < 0 || 2 * padding > kernel)
    throw new ShapeError("avgPool2d", `the padding ${padding} must be at least 0 and at most half the kernel ${kernel}`, x);
  const outHeight = pool2dOutputSize(height, kernel, stride, padding, ceilMode);
  const outWidth = pool2dOutputSize(width, kernel, stride, padding, ceilMode);
  if (outHeight < 1 || outWidth < 1) throw new ShapeError("avgPool2d", `the kernel ${kernel} exceeds the image padded by ${padding}`, x);
  return { batch, height, width, channels, outHeight, outWidth, windows, kernel, stride, padding, countIncludePad };
}
