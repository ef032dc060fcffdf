import type { Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { Conv2d } from "../layers/conv2d.ts";
import { Sequential } from "../layers/sequential.ts";
import { heatmapOutput, imageNetInput, type ModelCard, quarterSize, skeletonOfJoints } from "../modelCard.ts";
import { type Mode, Module } from "../module.ts";
import { Bottleneck } from "./bottleneck.ts";
import { HighResolutionModule } from "./highResolutionModule.ts";
import { convNorm, hrnetConv, hrnetInit } from "./hrnetConv.ts";

/** Sizes of an HRNet. */
export interface HRNetOptions {
  readonly joints: number;
  /** Channels of the first branch; each further branch has twice those of the one before. */
  readonly width: number;
}

/**
 * HRNet for poses (Sun et al. 2019; names of `pose_hrnet` in github.com/leoxiaobin/deep-high-resolution-net.pytorch): W32 has 28,536,113 and W48
 * 63,595,745 parameters with 17 joints. Stem and first stage have the same channels at every width. Any input size.
 */
export class HRNet extends Module {
  readonly card: ModelCard;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly layer1: Sequential;
  readonly transition1: readonly (Sequential | null)[];
  readonly stage2: readonly HighResolutionModule[];
  readonly transition2: readonly (Sequential | null)[];
  readonly stage3: readonly HighResolutionModule[];
  readonly transition3: readonly (Sequential | null)[];
  readonly stage4: readonly HighResolutionModule[];
  readonly final_layer: Conv2d;

  constructor({ joints, width }: HRNetOptions) {
    super();
    const channels = [width, 2 * width, 4 * width, 8 * width];
    const branches = (count: number) => channels.slice(0, count);
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
    this.conv1 = hrnetConv(3, 64, 3, { stride: 2, image: true });
    this.bn1 = new BatchNorm2d(64, "relu");
    this.conv2 = hrnetConv(64, 64, 3, { stride: 2 });
    this.bn2 = new BatchNorm2d(64, "relu");
    this.layer1 = new Sequential([64, 256, 256, 256].map((inChannels) => new Bottleneck(inChannels, 64)));
    this.transition1 = transition([256], branches(2));
    this.stage2 = stage(branches(2), 1, 2);
    this.transition2 = transition(branches(2), branches(3));
    this.stage3 = stage(branches(3), 4, 3);
    this.transition3 = transition(branches(3), branches(4));
    this.stage4 = stage(branches(4), 3, 1);
    this.final_layer = new Conv2d(width, joints, 1, hrnetInit);
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints], quarters rounded up. */
  forward(image: Tensor, mode: Mode): Tensor {
    let y = this.bn1.call(this.conv1.call(image, mode), mode);
    y = this.bn2.call(this.conv2.call(y, mode), mode);
    y = this.layer1.call(y, mode);
    let branches = runStage(this.stage2, runTransition(this.transition1, [y], mode), mode);
    branches = runStage(this.stage3, runTransition(this.transition2, branches, mode), mode);
    branches = runStage(this.stage4, runTransition(this.transition3, branches, mode), mode);
    return this.final_layer.call(branches[0]!, mode);
  }
}

/** Modules of a stage; the last one fuses only the first `outputs` branches. */
function stage(channels: readonly number[], modules: number, outputs: number): readonly HighResolutionModule[] {
  return Array.from({ length: modules }, (_, i) => new HighResolutionModule(channels, i === modules - 1 ? outputs : channels.length));
}

/** A 3×3 convolution for a branch whose channels change, null for one that goes on, and one with stride 2 (nested once more) for the new branch. */
function transition(from: readonly number[], to: readonly number[]): readonly (Sequential | null)[] {
  return to.map((outChannels, i) => {
    const inChannels = from[i];
    if (inChannels === outChannels) return null;
    if (inChannels !== undefined) return convNorm(hrnetConv(inChannels, outChannels, 3), outChannels, "relu");
    const halve = hrnetConv(from[from.length - 1]!, outChannels, 3, { stride: 2 });
    return new Sequential([convNorm(halve, outChannels, "relu")]);
  });
}

/** The new branch comes from the last, smallest one. */
function runTransition(layers: readonly (Sequential | null)[], branches: readonly Tensor[], mode: Mode): readonly Tensor[] {
  return layers.map((layer, i) => {
    const x = branches[i] ?? branches[branches.length - 1]!;
    return layer?.call(x, mode) ?? x;
  });
}

function runStage(modules: readonly HighResolutionModule[], branches: readonly Tensor[], mode: Mode): readonly Tensor[] {
  return modules.reduce((x, module) => module.call(x, mode), branches);
}
