/**
 * One convolution: x [batch, height, width, inChannels], weight [kernelHeight, kernelWidth, inChannels / groups, outChannels],
 * y [batch, outHeight, outWidth, outChannels]; shared by the forward kernel and both gradients.
 */
export type Conv2dProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  /** Channels of a pixel of the tensor that holds y, and y's first one there: a convolution may own a part of a concatenation. */
  readonly yChannels: number;
  readonly yOffset: number;
};

/** Uniform fields of every convolution kernel. */
export const conv2dUniforms = {
  batch: "u32",
  height: "u32",
  width: "u32",
  inChannels: "u32",
  outHeight: "u32",
  outWidth: "u32",
  outChannels: "u32",
  kernelHeight: "u32",
  kernelWidth: "u32",
  stride: "u32",
  padding: "u32",
  dilation: "u32",
  groups: "u32",
  yChannels: "u32",
  yOffset: "u32",
} as const;

/** Output size along one axis: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. */
export function conv2dOutputSize(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** Whether the channels of y, and so of the weight's last axis, can be read and written as vec4. */
export function conv2dHasOutputVectors(p: Conv2dProblem): boolean {
  return p.outChannels % 4 === 0 && p.yChannels % 4 === 0 && p.yOffset % 4 === 0;
}

/** Floating point operations (two a multiply–add) of the forward pass; each gradient takes as many. */
export function conv2dFlops(p: Conv2dProblem): number {
  return 2 * p.batch * p.outHeight * p.outWidth * p.outChannels * p.kernelHeight * p.kernelWidth * (p.inChannels / p.groups);
}

/** Bytes of x, weight and y together in f32. */
export function conv2dBytes(p: Conv2dProblem): number {
  const x = p.batch * p.height * p.width * p.inChannels;
  const weight = p.kernelHeight * p.kernelWidth * (p.inChannels / p.groups) * p.outChannels;
  const y = p.batch * p.outHeight * p.outWidth * p.outChannels;
  return 4 * (x + weight + y);
}
