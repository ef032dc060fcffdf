import { maxPool2d, type Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { Conv2d } from "../layers/conv2d.ts";
import type { HeightWidth, ModelCard } from "../modelCard.ts";
import { type Mode, Module } from "../module.ts";
import { openPoseCard, openPoseChannels } from "./openPoseCard.ts";

/** Channels of a {@link CompactOpenPose}. */
export interface CompactOpenPoseOptions {
  readonly name: string;
  /** Of the 3×3 convolutions: the first halves the image, the fourth and the sixth come after a pooling that does. */
  readonly features: readonly number[];
  /** Of the layers after them: a 1×1 convolution, then 3×3 ones. */
  readonly cpm: readonly number[];
  /** Of the layers before the maps. */
  readonly head: number;
}

/**
 * The students of a chain from Lightweight OpenPose down to a microcontroller's size (layers named as in its training scripts for MAX78000, whose
 * quantisation is not simulated here): 3×3 convolutions with batch norm, maps of key points and of limbs at an eighth of the image. The medium one
 * has 659,001 parameters, the tiny one 112,257.
 */
export class CompactOpenPose extends Module<Tensor, readonly Tensor[]> {
  readonly card: ModelCard;
  readonly heat_conv: FusedConv;
  readonly heat_out: FusedConv;
  readonly paf_conv: FusedConv;
  readonly paf_out: FusedConv;
  readonly #features: readonly FusedConv[];
  readonly #cpm: readonly FusedConv[];

  constructor({ name, features, cpm, head }: CompactOpenPoseOptions) {
    super();
    this.card = openPoseCard(
      {
        name,
        input: { channelOrder: "bgr", mean: [128 / 255, 128 / 255, 128 / 255], std: [128 / 255, 128 / 255, 128 / 255] },
        inputSize: [128, 128],
        source: "students of github.com/Daniil-Osokin/lightweight-human-pose-estimation.pytorch for MAX78000 (ai8x)",
      },
      { stages: 1, size: eighth },
    );
    this.#features = features.map(
      (channels, i) => new FusedConv(features[i - 1] ?? 3, channels, 3, { stride: i === 0 ? 2 : 1, norm: true }),
    );
    this.#cpm = cpm.map((channels, i) => new FusedConv(cpm[i - 1] ?? features.at(-1)!, channels, i === 0 ? 1 : 3, { norm: true }));
    const last = cpm.at(-1)!; // there are layers
    this.heat_conv = new FusedConv(last, head, 1, { norm: true });
    this.heat_out = new FusedConv(head, openPoseChannels.heatmaps, 1, { norm: false });
    this.paf_conv = new FusedConv(last, head, 1, { norm: true });
    this.paf_out = new FusedConv(head, openPoseChannels.pafs, 1, { norm: false });
  }

  override parts(): ReturnType<Module["parts"]> {
    const numbered = (name: string, layers: readonly FusedConv[]) => layers.map((layer, i) => [`${name}${i + 1}`, layer] as const);
    return [...numbered("conv", this.#features), ...numbered("cpm", this.#cpm), ...super.parts()];
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/8,w/8,19] and part affinity fields [n,h/8,w/8,38]: halves rounded up, then quarters down. */
  forward(image: Tensor, mode: Mode): readonly Tensor[] {
    const pooling = { kernel: 2, stride: 2 };
    const features = this.#features.reduce((y, layer, i) => layer.call(i === 3 || i === 5 ? maxPool2d(y, pooling) : y, mode), image);
    const y = this.#cpm.reduce((x, layer) => layer.call(x, mode), features);
    return [this.heat_out.call(this.heat_conv.call(y, mode), mode), this.paf_out.call(this.paf_conv.call(y, mode), mode)];
  }
}

/** Convolution with bias (`op`), and batch norm and ReLU (`bn`) but for what puts out maps. */
class FusedConv extends Module {
  readonly op: Conv2d;
  readonly bn: BatchNorm2d | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: 1 | 3,
    { stride = 1, norm }: { readonly stride?: number; readonly norm: boolean },
  ) {
    super();
    this.op = new Conv2d(inChannels, outChannels, kernel, { stride, padding: (kernel - 1) / 2, image: inChannels === 3 });
    this.bn = norm ? new BatchNorm2d(outChannels, "relu") : null;
  }

  forward(x: Tensor, mode: Mode): Tensor {
    const y = this.op.call(x, mode);
    return this.bn?.call(y, mode) ?? y;
  }
}

function eighth([height, width]: HeightWidth): HeightWidth {
  const side = (size: number) => Math.floor(Math.floor(Math.ceil(size / 2) / 2) / 2);
  return [side(height), side(width)];
}
