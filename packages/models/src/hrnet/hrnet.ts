import type { Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { heatmapOutput, imageNetInput, type ModelCard, quarterSize, skeletonOfJoints } from "../modelCard.ts";
import type { Mode } from "../module.ts";
import { HRNetBody } from "./hrnetBody.ts";
import { hrnetInit } from "./hrnetConv.ts";

/** Sizes of an HRNet. */
export interface HRNetOptions {
  readonly joints: number;
  /** Channels of the first branch; each further branch has twice those of the one before. */
  readonly width: number;
}

/** HRNet for poses (Sun et al. 2019): W32 has 28,536,113 and W48 63,595,745 parameters with 17 joints. Any input size. */
export class HRNet extends HRNetBody<Tensor> {
  readonly card: ModelCard;
  readonly final_layer: Conv2d;

  constructor({ joints, width }: HRNetOptions) {
    super(width, 4);
    this.card = {
      name: `hrnet-w${width}`,
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: width === 48 ? [384, 288] : [256, 192],
      outputs: heatmapOutput(joints, quarterSize),
      codec: { kind: "heatmaps" },
      source: "Sun et al. 2019, arXiv:1902.09212; github.com/leoxiaobin/deep-high-resolution-net.pytorch",
    };
    this.final_layer = new Conv2d(width, joints, 1, hrnetInit);
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints], quarters rounded up. */
  forward(image: Tensor, mode: Mode): Tensor {
    return this.final_layer.call([...this.firstBranches(image, mode)].at(-1)!, mode); // a body has stages
  }
}
