import { addRelu, type Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import type { Conv2d } from "../layers/conv2d.ts";
import type { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";
import { convNorm, hrnetConv } from "./hrnetConv.ts";

/** Residual block of 1×1, 3×3 and 1×1 convolutions, the last four times as wide (He et al. 2016, fig. 5 right). */
export class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  /** Widens x for the sum; null where it has the output's channels. */
  readonly downsample: Sequential | null;

  constructor(inChannels: number, channels: number) {
    super();
    const outChannels = 4 * channels;
    this.conv1 = hrnetConv(inChannels, channels, 1);
    this.bn1 = new BatchNorm2d(channels, "relu");
    this.conv2 = hrnetConv(channels, channels, 3);
    this.bn2 = new BatchNorm2d(channels, "relu");
    this.conv3 = hrnetConv(channels, outChannels, 1);
    this.bn3 = new BatchNorm2d(outChannels);
    this.downsample = inChannels === outChannels ? null : convNorm(hrnetConv(inChannels, outChannels, 1), outChannels);
  }

  /** [n,h,w,inChannels] → [n,h,w,4·channels] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.checkpointed(x, mode, () => {
      let y = this.bn1.call(this.conv1.call(x, mode), mode);
      y = this.bn2.call(this.conv2.call(y, mode), mode);
      y = this.bn3.call(this.conv3.call(y, mode), mode);
      return addRelu(y, this.downsample?.call(x, mode) ?? x);
    });
  }
}
