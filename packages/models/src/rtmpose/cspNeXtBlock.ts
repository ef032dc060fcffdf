import { add, type Tensor } from "@kindling/autograd";
import type { ConvModule } from "../layers/convModule.ts";
import { type Mode, Module } from "../module.ts";
import { cspConv } from "./cspConv.ts";
import { DepthwiseSeparableConv } from "./depthwiseSeparableConv.ts";

/** Block of CSPNeXt (Lyu et al. 2022, "RTMDet", §3.2): a 3×3 convolution, then a depthwise-separable 5×5, and x added where `residual`. */
export class CSPNeXtBlock extends Module {
  readonly conv1: ConvModule;
  readonly conv2: DepthwiseSeparableConv;
  readonly #residual: boolean;

  constructor(channels: number, residual: boolean) {
    super();
    this.conv1 = cspConv(channels, channels, 3);
    this.conv2 = new DepthwiseSeparableConv(channels, channels, 5);
    this.#residual = residual;
  }

  /** [n,h,w,channels] → the same */
  forward(x: Tensor, mode: Mode): Tensor {
    const y = this.conv2.call(this.conv1.call(x, mode), mode);
    return this.#residual ? add(y, x) : y;
  }
}
