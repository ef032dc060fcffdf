import type { Tensor } from "@kindling/autograd";
import { type HeightWidth, imageNetInput, type ModelCard, skeletonOfJoints } from "../modelCard.ts";
import { ModelError } from "../modelError.ts";
import { type Mode, Module, variablesOf } from "../module.ts";
import type { BackboneFile } from "../poseModel.ts";
import { CSPNeXt, type CSPNeXtSizes } from "./cspNeXt.ts";
import { RTMCCHead } from "./rtmccHead.ts";

/** Sizes of an RTMPose. */
export interface RTMPoseOptions extends CSPNeXtSizes {
  readonly name: string;
  readonly joints: number;
  /** The only input that it takes: the first layer of its tokens has one weight a pixel of the features. */
  readonly input: HeightWidth;
}

/** Bins of the distributions a pixel of the input. */
const splitRatio = 2;

/** RTMPose (Jiang et al. 2023): CSPNeXt and a head that classifies each key point's x and y (SimCC, Li et al. 2022). */
export class RTMPose extends Module<Tensor, readonly Tensor[]> {
  readonly card: ModelCard;
  readonly backbone: CSPNeXt;
  readonly head: RTMCCHead;

  constructor({ name, joints, input, ...sizes }: RTMPoseOptions) {
    super();
    const bins = ([height, width]: HeightWidth) => [width * splitRatio, height * splitRatio] as const;
    this.card = {
      name,
      joints,
      skeleton: skeletonOfJoints(joints),
      input: imageNetInput,
      inputSize: input,
      inputIsFixed: true,
      outputs: (size) =>
        bins(size).map((count, axis) => ({ name: axis === 0 ? "simcc_x" : "simcc_y", kind: "simcc", shape: [joints, count] })),
      codec: { kind: "simcc", splitRatio },
      source: "Jiang et al. 2023, arXiv:2303.07399; github.com/open-mmlab/mmpose",
    };
    this.backbone = new CSPNeXt(sizes);
    const [height, width] = input.map((size) => Math.ceil(size / 32));
    this.head = new RTMCCHead({ inChannels: this.backbone.outChannels, joints, pixels: height! * width!, bins: bins(input) });
  }

  /** CSPNeXt of a file of mmpose, of a pose network with any key points or of mmdetection's ImageNet training. */
  backboneOf(): BackboneFile {
    return {
      variables: new Map([...variablesOf(this.backbone)].map(([name, variable]) => [`backbone.${name}`, variable])),
      isHead: (name) => !name.startsWith("backbone."),
    };
  }

  /**
   * Normalised image [n,h,w,4] → logits over the bins of x [n,joints,2w] and of y [n,joints,2h].
   * @throws ModelError for an image that is not of the input's size.
   */
  forward(image: Tensor, mode: Mode): readonly Tensor[] {
    const [, height, width] = image.shape;
    const { name, inputSize } = this.card;
    if (height !== inputSize[0] || width !== inputSize[1]) {
      throw new ModelError(`${name} was made for an input of ${inputSize.join("x")} pixels and takes no other; got ${height}x${width}`);
    }
    return this.head.call(this.backbone.call(image, mode), mode);
  }
}
