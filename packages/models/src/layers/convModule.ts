import type { Tensor } from "@kindling/autograd";
import { type Mode, Module } from "../module.ts";
import { BatchNorm2d } from "./batchNorm2d.ts";
import { Conv2d, type Conv2dLayerOptions } from "./conv2d.ts";

/** What follows the batch norm of a {@link ConvModule}. */
export type ConvActivation = "none" | "relu" | ((x: Tensor) => Tensor);

/** Convolution without bias (`conv`), batch norm (`bn`), activation, with the names of mmcv's ConvModule. */
export class ConvModule extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    { activation = "relu", ...options }: Omit<Conv2dLayerOptions, "activation" | "bias"> & { readonly activation?: ConvActivation } = {},
  ) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, kernel, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels, activation === "relu" ? "relu" : "none");
    this.#activation = typeof activation === "function" ? activation : (x) => x;
  }

  /** [n,h,w,inChannels] → [n,ho,wo,outChannels] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.#activation(this.bn.call(this.conv.call(x, mode), mode));
  }
}
