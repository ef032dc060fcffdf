import type { Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { imageNetInput, type ModelCard, quarterSize, skeletonOfJoints } from "../modelCard.ts";
import type { Mode } from "../module.ts";
import type { HRNetOptions } from "./hrnet.ts";
import { HRNetBody } from "./hrnetBody.ts";
import { hrnetInit } from "./hrnetConv.ts";

/** Sizes of an HRNet with an exit after each stage. */
export interface MultiOutputHRNetOptions extends HRNetOptions {
  /** 1 … 4; what lies after the last one is not built. */
  readonly stages: number;
}

/**
 * `multi_out_pose_hrnet`: an HRNet that makes heatmaps of its first branch after each stage, so that later stages teach earlier ones and inference
 * may stop early. With all four stages, the last exit is `final_layer` as in HRNet, and the fourth of `intermediate_layers` is in checkpoints
 * but does nothing: 28,538,357 parameters with W32 and 17 joints.
 */
export class MultiOutputHRNet extends HRNetBody<readonly Tensor[]> {
  readonly card: ModelCard;
  readonly final_layer: Conv2d | null;
  readonly intermediate_layers: readonly Conv2d[];

  constructor({ joints, width, stages }: MultiOutputHRNetOptions) {
    super(width, stages);
    this.card = {
      name: `multi-hrnet-w${width}`,
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: [256, 192],
      outputs: (input) =>
        Array.from({ length: stages }, (_, i) => ({ name: `heatmaps.${i + 1}`, kind: "heatmaps", shape: [...quarterSize(input), joints] })),
      codec: { kind: "heatmaps" },
      source: "Sun et al. 2019, arXiv:1902.09212, with the exits of a fork that distils online (Li et al. 2021, OKDHP, arXiv:2108.02092)",
    };
    this.final_layer = stages === 4 ? new Conv2d(width, joints, 1, hrnetInit) : null;
    this.intermediate_layers = Array.from({ length: stages }, () => new Conv2d(width, joints, 1, hrnetInit));
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints] of each stage, quarters rounded up. An exit is recorded before the stage after it. */
  forward(image: Tensor, mode: Mode): readonly Tensor[] {
    const exits: Tensor[] = [];
    for (const branch of this.firstBranches(image, mode)) {
      const head = exits.length === 3 ? this.final_layer : this.intermediate_layers[exits.length];
      exits.push(head!.call(branch, mode)); // a body yields as many as it has stages
    }
    return exits;
  }
}
