/**
 * A convolution of x [batch, height, width, inChannels] with weight [kernelHeight, kernelWidth, inChannels, outChannels], whose
 * [convHeight, convWidth] outputs, after bias and ReLU, are pooled to y [batch, outHeight, outWidth, outChannels]; argmax as MaxPool2dProblem has it.
 */
export type ConvReluMaxPool2dProblem = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inChannels: number;
  readonly convHeight: number;
  readonly convWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  /** Height and width of the pooling's window, at most maxPool2dLargestKernel. */
  readonly poolKernel: number;
  readonly poolStride: number;
  readonly poolPadding: number;
};

/** Uniform fields of the kernels of a pooled convolution. */
export const convReluMaxPool2dUniforms = {
  batch: "u32",
  height: "u32",
  width: "u32",
  inChannels: "u32",
  convHeight: "u32",
  convWidth: "u32",
  outHeight: "u32",
  outWidth: "u32",
  outChannels: "u32",
  kernelHeight: "u32",
  kernelWidth: "u32",
  stride: "u32",
  padding: "u32",
  poolKernel: "u32",
  poolStride: "u32",
  poolPadding: "u32",
} as const;
