import { add, concatChannels, elu, type Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { Conv2d, type Conv2dLayerOptions } from "../layers/conv2d.ts";
import { Sequential } from "../layers/sequential.ts";
import type { ModelCard } from "../modelCard.ts";
import { type Mode, Module } from "../module.ts";
import { openPoseCard, openPoseChannels } from "./openPoseCard.ts";

/** Channels of the features that all stages read. */
const featureChannels = 128;

/**
 * Lightweight OpenPose (Osokin 2018, "Real-time 2D Multi-Person Pose Estimation on CPU", arXiv:1811.12004; names of
 * github.com/Daniil-Osokin/lightweight-human-pose-estimation.pytorch): MobileNetV1 with a dilated end, and stages that each make maps of key points
 * and of limbs at an eighth of the image. 4,091,698 parameters with the usual one refinement.
 */
export class LightweightOpenPose extends Module<Tensor, readonly Tensor[]> {
  readonly card: ModelCard;
  readonly model: Sequential;
  readonly cpm: Cpm;
  readonly initial_stage: InitialStage;
  readonly refinement_stages: readonly RefinementStage[];

  constructor({ refinements }: { readonly refinements: number }) {
    super();
    this.card = openPoseCard(
      {
        name: "openpose-lite",
        input: { channelOrder: "bgr", mean: [128 / 255, 128 / 255, 128 / 255], std: [256 / 255, 256 / 255, 256 / 255] },
        inputSize: [368, 368],
        source: "Osokin 2018, arXiv:1811.12004; github.com/Daniil-Osokin/lightweight-human-pose-estimation.pytorch",
      },
      { stages: 1 + refinements, size: ([height, width]) => [Math.ceil(height / 8), Math.ceil(width / 8)] },
    );
    this.model = new Sequential([
      new Sequential([new Conv2d(3, 32, 3, { stride: 2, padding: 1, bias: false, image: true }), new BatchNorm2d(32, "relu"), null]),
      separable(32, 64),
      separable(64, 128, { stride: 2 }),
      separable(128, 128),
      separable(128, 256, { stride: 2 }),
      separable(256, 256),
      separable(256, 512),
      separable(512, 512, { dilation: 2, padding: 2 }),
      ...Array.from({ length: 4 }, () => separable(512, 512)),
    ]);
    this.cpm = new Cpm(512);
    this.initial_stage = new InitialStage();
    this.refinement_stages = Array.from({ length: refinements }, () => new RefinementStage());
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/8,w/8,19] and part affinity fields [n,h/8,w/8,38] of each stage, eighths rounded up. */
  forward(image: Tensor, mode: Mode): readonly Tensor[] {
    const features = this.cpm.call(this.model.call(image, mode), mode);
    let maps = this.initial_stage.call(features, mode);
    const all = [...maps];
    for (const stage of this.refinement_stages) {
      maps = stage.call(concatChannels([features, ...maps]), mode);
      all.push(...maps);
    }
    return all;
  }
}

/** Depthwise 3×3 and 1×1, each with batch norm and ReLU (`conv_dw`; Howard et al. 2017). */
function separable(inChannels: number, outChannels: number, options: Conv2dLayerOptions = {}): Sequential {
  return new Sequential([
    new Conv2d(inChannels, inChannels, 3, { padding: 1, ...options, groups: inChannels, bias: false }),
    new BatchNorm2d(inChannels, "relu"),
    null,
    new Conv2d(inChannels, outChannels, 1, { bias: false }),
    new BatchNorm2d(outChannels, "relu"),
    null,
  ]);
}

/** Convolution with bias and ReLU, padded to keep the size (`conv` without batch norm). */
function convRelu(inChannels: number, outChannels: number, kernel: 1 | 3): Sequential {
  return new Sequential([new Conv2d(inChannels, outChannels, kernel, { padding: (kernel - 1) / 2, activation: "relu" }), null]);
}

/** 1×1 convolutions: `hidden` channels with ReLU, then the maps. */
function maps(hidden: number, outChannels: number): Sequential {
  return new Sequential([convRelu(featureChannels, hidden, 1), new Sequential([new Conv2d(hidden, outChannels, 1)])]);
}

/** Fewer channels, and three separable convolutions beside them whose sum is convolved. */
class Cpm extends Module {
  readonly align: Sequential;
  readonly trunk: Sequential;
  readonly conv: Sequential;

  constructor(inChannels: number) {
    super();
    this.align = convRelu(inChannels, featureChannels, 1);
    const separableElu = () =>
      new Sequential([
        new Conv2d(featureChannels, featureChannels, 3, { padding: 1, groups: featureChannels, bias: false }),
        elu,
        new Conv2d(featureChannels, featureChannels, 1, { bias: false }),
        elu,
      ]);
    this.trunk = new Sequential([separableElu(), separableElu(), separableElu()]);
    this.conv = convRelu(featureChannels, featureChannels, 3);
  }

  /** [n,h,w,inChannels] → [n,h,w,128] */
  forward(x: Tensor, mode: Mode): Tensor {
    const aligned = this.align.call(x, mode);
    return this.conv.call(add(this.trunk.call(aligned, mode), aligned), mode);
  }
}

/** The first maps. */
class InitialStage extends Module<Tensor, readonly Tensor[]> {
  readonly trunk: Sequential;
  readonly heatmaps: Sequential;
  readonly pafs: Sequential;

  constructor() {
    super();
    this.trunk = new Sequential(Array.from({ length: 3 }, () => convRelu(featureChannels, featureChannels, 3)));
    this.heatmaps = maps(512, openPoseChannels.heatmaps);
    this.pafs = maps(512, openPoseChannels.pafs);
  }

  /** [n,h,w,128] → heatmaps, part affinity fields */
  forward(x: Tensor, mode: Mode): readonly Tensor[] {
    return this.checkpointed(x, mode, (features) => headsOf(this, features, mode));
  }
}

/** Maps from the features and the maps before. */
class RefinementStage extends Module<Tensor, readonly Tensor[]> {
  readonly trunk: Sequential;
  readonly heatmaps: Sequential;
  readonly pafs: Sequential;

  constructor() {
    super();
    const inChannels = featureChannels + openPoseChannels.heatmaps + openPoseChannels.pafs;
    this.trunk = new Sequential(Array.from({ length: 5 }, (_, i) => new RefinementBlock(i === 0 ? inChannels : featureChannels)));
    this.heatmaps = maps(featureChannels, openPoseChannels.heatmaps);
    this.pafs = maps(featureChannels, openPoseChannels.pafs);
  }

  /** [n,h,w,185] → heatmaps, part affinity fields */
  forward(x: Tensor, mode: Mode): readonly Tensor[] {
    return this.checkpointed(x, mode, (joined) => headsOf(this, joined, mode));
  }
}

function headsOf({ trunk, heatmaps, pafs }: InitialStage | RefinementStage, x: Tensor, mode: Mode): readonly Tensor[] {
  const y = trunk.call(x, mode);
  return [heatmaps.call(y, mode), pafs.call(y, mode)];
}

/** 1×1, and beside it two 3×3, the second dilated, with batch norm. */
class RefinementBlock extends Module {
  readonly initial: Sequential;
  readonly trunk: Sequential;

  constructor(inChannels: number) {
    super();
    this.initial = convRelu(inChannels, featureChannels, 1);
    const convNorm = (dilation: number) =>
      new Sequential([
        new Conv2d(featureChannels, featureChannels, 3, { padding: dilation, dilation }),
        new BatchNorm2d(featureChannels, "relu"),
        null,
      ]);
    this.trunk = new Sequential([convNorm(1), convNorm(2)]);
  }

  /** [n,h,w,inChannels] → [n,h,w,128] */
  forward(x: Tensor, mode: Mode): Tensor {
    const initial = this.initial.call(x, mode);
    return add(this.trunk.call(initial, mode), initial);
  }
}
