import { resizeBilinear, type Tensor, upsampleConv } from "@kindling/autograd";
import type { Head } from "../createModel.ts";
import { Conv2d } from "../layers/conv2d.ts";
import type { Sequential } from "../layers/sequential.ts";
import { heatmapOutput, heatmapSizeOf, imageNetInput, type ModelCard, quarterSize, skeletonOfJoints } from "../modelCard.ts";
import { type Mode, Module, variablesOf } from "../module.ts";
import type { BackboneFile } from "../poseModel.ts";
import { deconvolutionChannels, deconvolutions } from "../simpleBaseline/deconvolutions.ts";
import { SqueezeNetFeatures } from "./squeezeNetFeatures.ts";

/** Sizes of the student. */
export interface SqueezeNetHPEOptions {
  readonly joints: number;
  /** Multiplies the channels of every hidden layer; default 1. */
  readonly width?: number;
  /** Where the heatmaps are made; default "afterUpsampling", as the original does. */
  readonly head?: Head;
  /** Height and width of the heatmaps whatever the input's; default a quarter of the input. */
  readonly heatmap?: readonly [height: number, width: number];
}

/**
 * The student of github.com/mwangi-clinton/2d-human-pose-estimation-using-kd: SqueezeNet 1.1's features, bilinear up-sampling to the heatmap,
 * 3×3 convolution. 800,849 parameters with 17 joints. The original's ReLU after the features is left out: they are ReLU's output already.
 * `head` "beforeUpsampling" convolves the features and resizes the heatmaps: another function, with 18 times less work by the definitions;
 * "deconvolution" is a simple baseline's head with two deconvolutions, for features at a 16th, whose heatmaps are resized to the card's size.
 */
export class SqueezeNetHPE extends Module {
  readonly card: ModelCard;
  readonly backbone: SqueezeNetFeatures;
  readonly conv_heatmap: Conv2d;
  readonly deconv_layers: Sequential | null;
  readonly #head: Head;

  constructor({ joints, width = 1, head = "afterUpsampling", heatmap }: SqueezeNetHPEOptions) {
    super();
    this.card = {
      name: "squeezenet-hpe",
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: [384, 288],
      outputs: heatmapOutput(joints, (input) => heatmap ?? quarterSize(input)),
      codec: { kind: "heatmaps" },
      source: "Iandola et al. 2016, arXiv:1602.07360; github.com/mwangi-clinton/2d-human-pose-estimation-using-kd",
    };
    this.backbone = new SqueezeNetFeatures(width);
    this.#head = head;
    const { outChannels } = this.backbone;
    this.deconv_layers = head === "deconvolution" ? deconvolutions(outChannels, 2) : null;
    this.conv_heatmap =
      head === "deconvolution" ? new Conv2d(deconvolutionChannels, joints, 1) : new Conv2d(outChannels, joints, 3, { padding: 1 });
  }

  /** The features of torchvision's classifier (`features.*`) or of another pose network (`backbone.*`), for ImageNet-normalised RGB, not for Caffe's BGR. */
  backboneOf(names: ReadonlySet<string>): BackboneFile {
    const prefix = [...names].some((name) => name.startsWith("backbone.")) ? "backbone." : "features.";
    return {
      variables: new Map([...variablesOf(this.backbone)].map(([name, variable]) => [prefix + name, variable])),
      isHead: (name) => /^(?:classifier|conv_heatmap|deconv_layers)\./.test(name),
    };
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints]. */
  forward(image: Tensor, mode: Mode): Tensor {
    const [, height, width] = image.shape;
    const size = heatmapSizeOf(this.card, [height!, width!]);
    const features = this.backbone.call(image, mode);
    if (this.#head !== "afterUpsampling") {
      // A 1×1 convolution and resizing are the same in either order.
      return resizeBilinear(this.conv_heatmap.call(this.deconv_layers?.call(features, mode) ?? features, mode), size);
    }
    const [weight, bias] = this.conv_heatmap.tensors(features);
    const heatmaps = upsampleConv(features, weight, bias, size);
    image.graph.name(heatmaps, `${this.conv_heatmap.path}.out`);
    return heatmaps;
  }
}
