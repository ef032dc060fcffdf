import { addRelu, type Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import type { Conv2d } from "../layers/conv2d.ts";
import { type Mode, Module } from "../module.ts";
import { hrnetConv } from "./hrnetConv.ts";

/** Residual block of two 3×3 convolutions (He et al. 2016, fig. 5 left). */
export class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(channels: number) {
    super();
    this.conv1 = hrnetConv(channels, channels, 3);
    this.bn1 = new BatchNorm2d(channels, "relu");
    this.conv2 = hrnetConv(channels, channels, 3);
    this.bn2 = new BatchNorm2d(channels);
  }

  /** [n,h,w,channels] → the same */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.checkpointed(x, mode, () => {
      const y = this.bn1.call(this.conv1.call(x, mode), mode);
      return addRelu(this.bn2.call(this.conv2.call(y, mode), mode), x);
    });
  }
}
