import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { Conv2d, type Conv2dLayerOptions } from "../layers/conv2d.ts";
import { normal, zero } from "../layers/initialiser.ts";
import { Sequential } from "../layers/sequential.ts";

/** How HRNet starts its convolutions without pretraining: N(0, 0.001), bias 0. */
export const hrnetInit: Conv2dLayerOptions = { initialWeight: normal(0.001), initialBias: zero };

/** HRNet's convolution before a batch norm: padded to keep the size at stride 1, without bias. */
export function hrnetConv(inChannels: number, outChannels: number, kernel: 1 | 3, options: Conv2dLayerOptions = {}): Conv2d {
  return new Conv2d(inChannels, outChannels, kernel, { padding: (kernel - 1) / 2, bias: false, ...hrnetInit, ...options });
}

/** Convolution ("0") and batch norm ("1") with an optional ReLU. */
export function convNorm(conv: Conv2d, channels: number, activation: "none" | "relu" = "none"): Sequential {
  return new Sequential([conv, new BatchNorm2d(channels, activation)]);
}
