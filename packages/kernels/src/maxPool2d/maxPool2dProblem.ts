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
