import { maxPool2d, type Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { type Mode, Module } from "../module.ts";
import { Fire, torchvisionInit } from "./fire.ts";

/**
 * Features of SqueezeNet 1.1 (github.com/forresti/SqueezeNet, torchvision's `squeezenet1_1().features`): the fields are torchvision's indices,
 * between which lie the ReLU (1) and the poolings (2, 5, 8).
 */
export class SqueezeNetFeatures extends Module {
  /** Channels of the output: 512 at width 1. */
  readonly outChannels: number;
  readonly 0: Conv2d;
  readonly 3: Fire;
  readonly 4: Fire;
  readonly 6: Fire;
  readonly 7: Fire;
  readonly 9: Fire;
  readonly 10: Fire;
  readonly 11: Fire;
  readonly 12: Fire;

  /** `width` multiplies the channels of every layer; they are rounded to multiples of 8. */
  constructor(width: number) {
    super();
    const wide = (channels: number) => 8 * Math.max(1, Math.round((channels * width) / 8));
    const fire = (inExpand: number, squeeze: number, expand: number) => new Fire(2 * wide(inExpand), wide(squeeze), wide(expand));
    this.outChannels = 2 * wide(256);
    this[0] = new Conv2d(3, wide(64), 3, { stride: 2, image: true, ...torchvisionInit });
    this[3] = new Fire(wide(64), wide(16), wide(64));
    this[4] = fire(64, 16, 64);
    this[6] = fire(64, 32, 128);
    this[7] = fire(128, 32, 128);
    this[9] = fire(128, 48, 192);
    this[10] = fire(192, 48, 192);
    this[11] = fire(192, 64, 256);
    this[12] = fire(256, 64, 256);
  }

  /** Normalised image [n,h,w,4] → [n,≈h/16,≈w/16,outChannels], all ≥ 0; 384×288 gives 23×17. */
  forward(image: Tensor, mode: Mode): Tensor {
    let y = this[0].callPooled(image, pooling);
    // The checkpoints end with poolings, whose outputs are small; after the last one there is too little to be saved.
    y = this.checkpointed(y, mode, (x) => maxPool2d(this[4].call(this[3].call(x, mode), mode), pooling));
    y = this.checkpointed(y, mode, (x) => maxPool2d(this[7].call(this[6].call(x, mode), mode), pooling));
    y = this[10].call(this[9].call(y, mode), mode);
    return this[12].call(this[11].call(y, mode), mode);
  }
}

const pooling = { kernel: 3, stride: 2, ceilMode: true };
