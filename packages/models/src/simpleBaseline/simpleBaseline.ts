import type { Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { normal, zero } from "../layers/initialiser.ts";
import type { Sequential } from "../layers/sequential.ts";
import { MobileNetV2, mobileNetV2Channels } from "../mobilenet/mobileNetV2.ts";
import { heatmapOutput, imageNetInput, type ModelCard, skeletonOfJoints } from "../modelCard.ts";
import { type Mode, Module, variablesOf } from "../module.ts";
import type { BackboneFile } from "../poseModel.ts";
import { deconvolutionChannels, deconvolutions } from "./deconvolutions.ts";

/**
 * Simple baseline (Xiao, Wu, Wei 2018) on MobileNetV2, as mmpose's td-hm_mobilenetv2: features at 1/32, three deconvolutions, 1×1 convolution.
 * 9,572,945 parameters with 17 key points.
 */
export class SimpleBaseline extends Module {
  readonly card: ModelCard;
  readonly backbone: MobileNetV2;
  readonly head: SimpleBaselineHead;

  constructor({ joints }: { readonly joints: number }) {
    super();
    this.card = {
      name: "simplebaseline-mobilenetv2",
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: [256, 192],
      outputs: heatmapOutput(joints, ([height, width]) => [8 * Math.ceil(height / 32), 8 * Math.ceil(width / 32)]),
      codec: { kind: "heatmaps" },
      source: "Xiao et al. 2018, arXiv:1804.06208; Sandler et al. 2018, arXiv:1801.04381; github.com/open-mmlab/mmpose",
    };
    this.backbone = new MobileNetV2();
    this.head = new SimpleBaselineHead(mobileNetV2Channels, joints);
  }

  /** MobileNetV2's layers of a pose network's file. */
  backboneOf(): BackboneFile {
    return {
      variables: new Map([...variablesOf(this.backbone)].map(([name, variable]) => [`backbone.${name}`, variable])),
      isHead: (name) => !name.startsWith("backbone."),
    };
  }

  /** Normalised image [n,h,w,4] → heatmaps [n,h/4,w/4,joints], for sides that 32 divides; else 8 a started 32. */
  forward(image: Tensor, mode: Mode): Tensor {
    return this.head.call(this.backbone.call(image, mode), mode);
  }
}

/** Three deconvolutions and the 1×1 convolution of the heatmaps. */
class SimpleBaselineHead extends Module {
  readonly deconv_layers: Sequential;
  readonly final_layer: Conv2d;

  constructor(inChannels: number, joints: number) {
    super();
    this.deconv_layers = deconvolutions(inChannels, 3);
    this.final_layer = new Conv2d(deconvolutionChannels, joints, 1, { initialWeight: normal(0.001), initialBias: zero });
  }

  /** [n,h,w,inChannels] → [n,8h,8w,joints] */
  forward(x: Tensor, mode: Mode): Tensor {
    return this.final_layer.call(this.deconv_layers.call(x, mode), mode);
  }
}
