import { fire, type Tensor } from "@kindling/autograd";
import { Conv2d, type Conv2dLayerOptions } from "../layers/conv2d.ts";
import { kaimingUniform, zero } from "../layers/initialiser.ts";
import { Module } from "../module.ts";

/** Fire module of SqueezeNet (Iandola et al. 2016, §3.2): 1×1 squeeze, then 1×1 and 3×3 expand side by side, each with ReLU. */
export class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  constructor(inChannels: number, squeeze: number, expand: number) {
    super();
    this.squeeze = new Conv2d(inChannels, squeeze, 1, torchvisionInit);
    this.expand1x1 = new Conv2d(squeeze, expand, 1, torchvisionInit);
    this.expand3x3 = new Conv2d(squeeze, expand, 3, { padding: 1, ...torchvisionInit });
  }

  /** [n,h,w,inChannels] → [n,h,w,2·expand] */
  forward(x: Tensor): Tensor {
    return fire(x, {
      squeeze: this.squeeze.tensors(x),
      expand1x1: this.expand1x1.tensors(x),
      expand3x3: this.expand3x3.tensors(x),
    });
  }
}

/** How torchvision's SqueezeNet starts its convolutions. */
export const torchvisionInit: Conv2dLayerOptions = { activation: "relu", initialWeight: kaimingUniform, initialBias: zero };
