/**
 * One max pooling: x [batch, height, width, channels] → y [batch, outHeight, outWidth, channels], and for each output the offset of its
 * maximum within the window, kh · kernel + kw, as a byte: argmax u32 [batch, outHeight, outWidth, ⌈channels / 4⌉], channel 4q + i in byte i.
 */
export type MaxPool2dProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Height and width of the window, at most {@link maxPool2dLargestKernel}. */
  readonly kernel: number;
  readonly stride: number;
  /** Pixels beyond each edge, at most half the kernel; they are never the maximum. */
  readonly padding: number;
};

/** Uniform fields of the pooling kernels. */
export const maxPool2dUniforms = {
  batch: "u32",
  height: "u32",
  width: "u32",
  channels: "u32",
  outHeight: "u32",
  outWidth: "u32",
  kernel: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/** The largest window whose offsets fit a byte. */
export const maxPool2dLargestKernel = 16;

/**
 * Output size along one axis: ⌊(size + 2·padding − kernel) / stride⌋ + 1, or with `ceilMode` ⌈…⌉ + 1, less a last window that would start
 * beyond the image and its left padding (pooling_output_shape in PyTorch's aten/src/ATen/native/Pool.h).
 */
export function maxPool2dOutputSize(size: number, kernel: number, stride: number, padding: number, ceilMode: boolean): number {
  const span = size + 2 * padding - kernel;
  if (!ceilMode) return Math.floor(span / stride) + 1;
  const windows = Math.ceil(span / stride) + 1;
  return (windows - 1) * stride >= size + padding ? windows - 1 : windows;
}
