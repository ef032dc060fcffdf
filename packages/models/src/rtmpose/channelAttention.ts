import { globalAvgPool2d, hardsigmoid, mul, type Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { zero } from "../layers/initialiser.ts";
import { type Mode, Module } from "../module.ts";

/** Multiplies each channel by what a 1×1 convolution makes of all channels' means (mmdet's ChannelAttention). */
export class ChannelAttention extends Module {
  readonly fc: Conv2d;

  constructor(channels: number) {
    super();
    this.fc = new Conv2d(channels, channels, 1, { initialBias: zero });
  }

  /** [n,h,w,channels] → the same */
  forward(x: Tensor, mode: Mode): Tensor {
    return mul(x, hardsigmoid(this.fc.call(globalAvgPool2d(x), mode)));
  }
}
