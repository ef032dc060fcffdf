import { type ResizeProblem, resizeUniforms } from "../resizeNearest/resizeProblem.ts";

/** Windows of a fixed size, as in PyTorch's avg_pool2d. */
export type SlidingWindows = {
  readonly windows: "sliding";
  /** Height and width of the window. */
  readonly kernel: number;
  readonly stride: number;
  /** Pixels beyond each edge, at most half the kernel; they are 0. */
  readonly padding: number;
  /** Whether pixels of the padding count in the number that the sum is divided by. */
  readonly countIncludePad: boolean;
};

/** Windows that cover the image evenly, as in PyTorch's adaptive_avg_pool2d: rows ⌊o · height / outHeight⌋ … ⌈(o + 1) · height / outHeight⌉ − 1. */
export type AdaptiveWindows = { readonly windows: "adaptive" };

/** One average pooling: x [batch, height, width, channels] → y [batch, outHeight, outWidth, channels]. */
export type AvgPool2dProblem = ResizeProblem & (SlidingWindows | AdaptiveWindows);

/**
 * Uniform fields of the average pooling kernels. Both kinds of windows are one rule of integers: along an axis the window of output o is
 * ⌊o · step / unit⌋ … ⌈(o · step + extent) / unit⌉ − 1, counted from the first pixel of the padding.
 */
export const avgPool2dUniforms: typeof resizeUniforms & {
  readonly padding: "u32";
  readonly countIncludePad: "u32";
  readonly rowStep: "u32";
  readonly rowExtent: "u32";
  readonly rowUnit: "u32";
  readonly columnStep: "u32";
  readonly columnExtent: "u32";
  readonly columnUnit: "u32";
} = {
  ...resizeUniforms,
  padding: "u32",
  countIncludePad: "u32",
  rowStep: "u32",
  rowExtent: "u32",
  rowUnit: "u32",
  columnStep: "u32",
  columnExtent: "u32",
  columnUnit: "u32",
};

/** Uniforms of a pooling. */
export function avgPool2dValues(p: AvgPool2dProblem): { readonly [K in keyof typeof avgPool2dUniforms]: number } {
  const { batch, height, width, channels, outHeight, outWidth } = p;
  const sizes = { batch, height, width, channels, outHeight, outWidth };
  if (p.windows === "adaptive") {
    return {
      ...sizes,
      padding: 0,
      countIncludePad: 0,
      rowStep: height,
      rowExtent: height,
      rowUnit: outHeight,
      columnStep: width,
      columnExtent: width,
      columnUnit: outWidth,
    };
  }
  return {
    ...sizes,
    padding: p.padding,
    countIncludePad: p.countIncludePad ? 1 : 0,
    rowStep: p.stride,
    rowExtent: p.kernel,
    rowUnit: 1,
    columnStep: p.stride,
    columnExtent: p.kernel,
    columnUnit: 1,
  };
}
