import type { Tensor } from "@kindling/autograd";
import type { ConvModule } from "../layers/convModule.ts";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";
import { cspConv } from "./cspConv.ts";
import { CSPLayer } from "./cspLayer.ts";
import { SPPBottleneck } from "./sppBottleneck.ts";

/** Factors on the number of blocks and of channels. */
export interface CSPNeXtSizes {
  readonly deepen: number;
  readonly widen: number;
}

/**
 * CSPNeXt-P5, the backbone of RTMDet and RTMPose (Lyu et al. 2022, arXiv:2212.07784; names of mmpose, models/backbones/cspnext.py). Batch norms
 * have epsilon 1e-5 and momentum 0.1, which RTMPose's configurations ask for, not the class's defaults.
 */
export class CSPNeXt extends Module {
  readonly stem: Sequential;
  readonly stage1: Sequential;
  readonly stage2: Sequential;
  readonly stage3: Sequential;
  readonly stage4: Sequential;
  readonly outChannels: number;

  constructor({ deepen, widen }: CSPNeXtSizes) {
    super();
    const channels = [64, 128, 256, 512, 1024].map((count) => Math.floor(count * widen));
    const depth = (blocks: number) => Math.max(1, Math.round(blocks * deepen));
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = channels;
    const half = Math.floor(first / 2);
    this.stem = new Sequential([cspConv(3, half, 3, { stride: 2, image: true }), cspConv(half, half, 3), cspConv(half, first, 3)]);
    this.stage1 = new Sequential([halve(first, second), new CSPLayer(second, second, depth(3), true)]);
    this.stage2 = new Sequential([halve(second, third), new CSPLayer(third, third, depth(6), true)]);
    this.stage3 = new Sequential([halve(third, fourth), new CSPLayer(fourth, fourth, depth(6), true)]);
    this.stage4 = new Sequential([halve(fourth, fifth), new SPPBottleneck(fifth), new CSPLayer(fifth, fifth, depth(3), false)]);
    this.outChannels = fifth;
  }

  /** Normalised image [n,h,w,4] → [n,h/32,w/32,outChannels], rounded up. */
  forward(image: Tensor, mode: Mode): Tensor {
    return [this.stem, this.stage1, this.stage2, this.stage3, this.stage4].reduce((x, stage) => stage.call(x, mode), image);
  }
}

function halve(inChannels: number, outChannels: number): ConvModule {
  return cspConv(inChannels, outChannels, 3, { stride: 2 });
}
