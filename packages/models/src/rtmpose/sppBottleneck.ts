import { concatChannels, maxPool2d, type Tensor } from "@kindling/autograd";
import type { ConvModule } from "../layers/convModule.ts";
import { type Mode, Module } from "../module.ts";
import { cspConv } from "./cspConv.ts";

/** Spatial pyramid pooling between 1×1 convolutions (He et al. 2015; mmdet's SPPBottleneck): maxima of 5, 9 and 13 pixels beside the features. */
export class SPPBottleneck extends Module {
  readonly conv1: ConvModule;
  readonly conv2: ConvModule;

  constructor(channels: number) {
    super();
    const half = Math.floor(channels / 2);
    this.conv1 = cspConv(channels, half, 1);
    this.conv2 = cspConv(4 * half, channels, 1);
  }

  /** [n,h,w,channels] → the same */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.checkpointed(x, mode, () => {
      const y = this.conv1.call(x, mode);
      const maxima = [5, 9, 13].map((kernel) => maxPool2d(y, { kernel, stride: 1, padding: (kernel - 1) / 2 }));
      return this.conv2.call(concatChannels([y, ...maxima]), mode);
    });
  }
}
