import { reshape, type Tensor, transpose } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { normal, zero } from "../layers/initialiser.ts";
import { Linear } from "../layers/linear.ts";
import { ScaleNorm } from "../layers/scaleNorm.ts";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";
import { GatedAttentionUnit } from "./gatedAttentionUnit.ts";
import { rtmccInit } from "./rtmccInit.ts";

/** Sizes of the head. */
export interface RTMCCHeadOptions {
  readonly inChannels: number;
  readonly joints: number;
  /** Pixels of the features that it takes, height · width. */
  readonly pixels: number;
  /** Of the distributions over x and over y. */
  readonly bins: readonly [x: number, y: number];
}

/** Channels of a key point's token, and of the queries and keys of their attention. */
const [tokenChannels, attentionSize] = [256, 128];

/** RTMPose's head (Jiang et al. 2023, arXiv:2303.07399, §3.2; names of mmpose, models/heads/coord_cls_heads/rtmcc_head.py): one token a key point. */
export class RTMCCHead extends Module<Tensor, readonly Tensor[]> {
  readonly final_layer: Conv2d;
  readonly mlp: Sequential;
  readonly gau: GatedAttentionUnit;
  readonly cls_x: Linear;
  readonly cls_y: Linear;

  constructor({ inChannels, joints, pixels, bins: [xBins, yBins] }: RTMCCHeadOptions) {
    super();
    this.final_layer = new Conv2d(inChannels, joints, 7, { padding: 3, initialWeight: normal(0.001), initialBias: zero });
    const linear = (inSize: number, outSize: number) => new Linear(inSize, outSize, { bias: false, ...rtmccInit });
    this.mlp = new Sequential([new ScaleNorm(), linear(pixels, tokenChannels)]);
    this.gau = new GatedAttentionUnit(tokenChannels, attentionSize);
    this.cls_x = linear(tokenChannels, xBins);
    this.cls_y = linear(tokenChannels, yBins);
  }

  /** [n,h,w,inChannels] → logits over x [n,joints,xBins] and over y [n,joints,yBins]. */
  forward(features: Tensor, mode: Mode): readonly Tensor[] {
    const [batch = 0, height = 0, width = 0] = features.shape;
    const maps = this.final_layer.call(features, mode);
    const rows = transpose(reshape(maps, [batch, height * width, maps.shape[3]!]));
    const tokens = this.gau.call(this.mlp.call(rows, mode), mode);
    return [this.cls_x.call(tokens, mode), this.cls_y.call(tokens, mode)];
  }
}
