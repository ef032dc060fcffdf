import type { Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import type { Conv2d } from "../layers/conv2d.ts";
import { Sequential } from "../layers/sequential.ts";
import type { ModelCard } from "../modelCard.ts";
import { type Mode, Module, type Tensors, variablesOf } from "../module.ts";
import type { BackboneFile } from "../poseModel.ts";
import { Bottleneck } from "./bottleneck.ts";
import type { HighResolutionModule } from "./highResolutionModule.ts";
import { hrnetConv } from "./hrnetConv.ts";
import { branchChannels, runStage, runTransition, stage, transition } from "./hrnetStage.ts";

/**
 * The stem and stages that HRNets share (Sun et al. 2019; names of `pose_hrnet` in github.com/leoxiaobin/deep-high-resolution-net.pytorch). Stem and
 * first stage have the same channels at every width. What lies after the last stage is not built.
 */
export abstract class HRNetBody<Y extends Tensors> extends Module<Tensor, Y> {
  abstract readonly card: ModelCard;
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

  /** `width` channels on the first branch, each further one has twice those before; `stages` 1 … 4. */
  constructor(width: number, stages: number) {
    super();
    const branches = (count: number) => branchChannels(width, count);
    this.conv1 = hrnetConv(3, 64, 3, { stride: 2, image: true });
    this.bn1 = new BatchNorm2d(64, "relu");
    this.conv2 = hrnetConv(64, 64, 3, { stride: 2 });
    this.bn2 = new BatchNorm2d(64, "relu");
    this.layer1 = new Sequential([64, 256, 256, 256].map((inChannels) => new Bottleneck(inChannels, 64)));
    // An exit after the first stage needs its first branch alone.
    this.transition1 = transition([256], branches(stages === 1 ? 1 : 2));
    this.stage2 = stages < 2 ? [] : stage(branches(2), 1, 2);
    this.transition2 = stages < 3 ? [] : transition(branches(2), branches(3));
    this.stage3 = stages < 3 ? [] : stage(branches(3), 4, 3);
    this.transition3 = stages < 4 ? [] : transition(branches(3), branches(4));
    this.stage4 = stages < 4 ? [] : stage(branches(4), 3, 1);
  }

  /**
   * All but the heads, of a file of HRNet, of one with exits, or of the ImageNet classifier (HRNet/HRNet-Image-Classification), whose last module
   * fuses all branches. What is not built here is left out.
   */
  backboneOf(): BackboneFile {
    const variables = new Map([...variablesOf(this)].filter(([name]) => !isHead(name)));
    const parts = new Set([...variables.keys()].map(partOf));
    return { variables, isHead: (name) => isHead(name) || !parts.has(partOf(name)) };
  }

  /** Normalised image [n,h,w,4] → the first branch [n,h/4,w/4,width] after each stage, quarters rounded up; after the first: as it enters the second. A stage is recorded when it is asked for. */
  protected *firstBranches(image: Tensor, mode: Mode): Generator<Tensor> {
    for (const branches of this.branchesOf(image, mode)) yield branches[0]!; // a stage has branches
  }

  /** The same with all branches [n,h/2^(i+2),w/2^(i+2),width·2^i] of the stage, of a last one that was built those that it fuses. */
  protected *branchesOf(image: Tensor, mode: Mode): Generator<readonly Tensor[]> {
    let y = this.bn1.call(this.conv1.call(image, mode), mode);
    y = this.bn2.call(this.conv2.call(y, mode), mode);
    y = this.layer1.call(y, mode);
    let branches = runTransition(this.transition1, [y], mode);
    yield branches;
    for (const [transition, modules] of [
      [null, this.stage2],
      [this.transition2, this.stage3],
      [this.transition3, this.stage4],
    ] as const) {
      if (modules.length === 0) break;
      branches = runStage(modules, transition ? runTransition(transition, branches, mode) : branches, mode);
      yield branches;
    }
  }
}

function isHead(name: string): boolean {
  return /^(?:final_layer|intermediate_layers|branches|aggregation)\./.test(name);
}

/** "stage3" of "stage3.0.branches.…"; of a transition its branch too, for an early exit has but one, and of what is fused to a branch that branch. */
function partOf(name: string): string {
  return /^(?:transition\d+\.\d+|stage\d+\.\d+\.fuse_layers\.\d+|[^.]+)/.exec(name)![0]; // no name is empty
}
