import type { Tensor } from "@kindling/autograd";
import type { ConvModule } from "../layers/convModule.ts";
import { type Mode, Module } from "../module.ts";
import { cspConv } from "./cspConv.ts";

/** A convolution of each channel alone, then a 1×1 across channels (Howard et al. 2017, §3.1), each with batch norm and SiLU; names are mmcv's. */
export class DepthwiseSeparableConv extends Module {
  readonly depthwise_conv: ConvModule;
  readonly pointwise_conv: ConvModule;

  constructor(inChannels: number, outChannels: number, kernel: 3 | 5) {
    super();
    this.depthwise_conv = cspConv(inChannels, inChannels, kernel, { groups: inChannels });
    this.pointwise_conv = cspConv(inChannels, outChannels, 1);
  }

  /** [n,h,w,inChannels] → [n,h,w,outChannels] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.pointwise_conv.call(this.depthwise_conv.call(x, mode), mode);
  }
}
