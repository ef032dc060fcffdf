import { concatChannels, type Tensor } from "@kindling/autograd";
import type { ConvModule } from "../layers/convModule.ts";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";
import { ChannelAttention } from "./channelAttention.ts";
import { cspConv } from "./cspConv.ts";
import { CSPNeXtBlock } from "./cspNeXtBlock.ts";

/** Cross-stage partial layer (Wang et al. 2020, "CSPNet"): blocks on one half of the channels, a 1×1 on the other, joined under attention (mmdet's CSPLayer). */
export class CSPLayer extends Module {
  readonly main_conv: ConvModule;
  readonly short_conv: ConvModule;
  readonly final_conv: ConvModule;
  readonly blocks: Sequential;
  readonly attention: ChannelAttention;

  /** `depth` blocks, which add their input where `residual`. */
  constructor(inChannels: number, outChannels: number, depth: number, residual: boolean) {
    super();
    const half = Math.floor(outChannels / 2);
    this.main_conv = cspConv(inChannels, half, 1);
    this.short_conv = cspConv(inChannels, half, 1);
    this.final_conv = cspConv(2 * half, outChannels, 1);
    this.blocks = new Sequential(Array.from({ length: depth }, () => new CSPNeXtBlock(half, residual)));
    this.attention = new ChannelAttention(2 * half);
  }

  /** [n,h,w,inChannels] → [n,h,w,outChannels] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.checkpointed(x, mode, () => {
      const main = this.blocks.call(this.main_conv.call(x, mode), mode);
      const joined = concatChannels([main, this.short_conv.call(x, mode)]);
      return this.final_conv.call(this.attention.call(joined, mode), mode);
    });
  }
}
