import type { Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import type { Sequential } from "../layers/sequential.ts";
import { imageNetInput, type ModelCard, quarterSize, skeletonOfJoints } from "../modelCard.ts";
import { type Mode, Module } from "../module.ts";
import { FeatureAggregationUnit } from "./featureAggregationUnit.ts";
import type { HighResolutionModule } from "./highResolutionModule.ts";
import type { HRNetOptions } from "./hrnet.ts";
import { HRNetBody } from "./hrnetBody.ts";
import { hrnetInit } from "./hrnetConv.ts";
import { branchChannels, runStage, runTransition, stage, transition } from "./hrnetStage.ts";

/** Sizes of an ensemble of HRNet's last stages. */
export interface BranchedHRNetOptions extends HRNetOptions {
  /** 2 … 8. */
  readonly branches: number;
}

/**
 * A student that is its own teacher, as OKDHP has it (Li et al. 2021, arXiv:2108.02092), of HRNets in place of hourglasses: stem and three stages are
 * shared, each branch has a fourth stage and a head of its own, and a feature aggregation unit makes an ensemble of what they say, which they learn
 * from. The shared part with one branch is an HRNet, to the names of its variables: `branchOf` takes it out.
 */
export class BranchedHRNet extends HRNetBody<readonly Tensor[]> {
  readonly card: ModelCard;
  readonly branches: readonly LastStage[];
  readonly aggregation: FeatureAggregationUnit;

  constructor({ joints, width, branches }: BranchedHRNetOptions) {
    super(width, 3);
    const output = (name: string, input: readonly [number, number]) =>
      ({ name, kind: "heatmaps", shape: [...quarterSize(input), joints] }) as const;
    this.card = {
      name: `okdhp-hrnet-w${width}`,
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: [256, 192],
      outputs: (input) => [...Array.from({ length: branches }, (_, i) => output(`heatmaps.${i + 1}`, input)), output("ensemble", input)],
      codec: { kind: "heatmaps" },
      source:
        "Li et al. 2021, arXiv:2108.02092 (github.com/zhengli97/OKDHP), its branches those of Sun et al. 2019, arXiv:1902.09212, in place of hourglasses",
    };
    this.branches = Array.from({ length: branches }, () => new LastStage(width, joints));
    this.aggregation = new FeatureAggregationUnit(width, joints, branches);
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints] of each branch and of their ensemble, quarters rounded up. */
  forward(image: Tensor, mode: Mode): readonly Tensor[] {
    const shared = [...this.branchesOf(image, mode)].at(-1)!; // a body has stages
    const heatmaps = this.branches.map((branch) => branch.call(shared, mode));
    return [...heatmaps, this.aggregation.call([shared[0]!, ...heatmaps], mode)];
  }
}

/** What HRNet has behind its third stage, under HRNet's names. */
class LastStage extends Module<readonly Tensor[], Tensor> {
  readonly transition3: readonly (Sequential | null)[];
  readonly stage4: readonly HighResolutionModule[];
  readonly final_layer: Conv2d;

  constructor(width: number, joints: number) {
    super();
    this.transition3 = transition(branchChannels(width, 3), branchChannels(width, 4));
    this.stage4 = stage(branchChannels(width, 4), 3, 1);
    this.final_layer = new Conv2d(width, joints, 1, hrnetInit);
  }

  /** The three branches of the third stage → heatmaps [n,h,w,joints]. */
  forward(x: readonly Tensor[], mode: Mode): Tensor {
    return this.final_layer.call(runStage(this.stage4, runTransition(this.transition3, x, mode), mode)[0]!, mode);
  }
}
