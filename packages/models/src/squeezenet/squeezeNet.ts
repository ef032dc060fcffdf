import { mean, type Tensor } from "@kindling/autograd";
import { Conv2d } from "../layers/conv2d.ts";
import { normal, zero } from "../layers/initialiser.ts";
import { imageNetInput, type ModelCard } from "../modelCard.ts";
import { type Mode, Module } from "../module.ts";
import { SqueezeNetFeatures } from "./squeezeNetFeatures.ts";

/**
 * SqueezeNet 1.1, torchvision's classifier of images (Iandola et al. 2016; github.com/forresti/SqueezeNet): 1,235,496 parameters with ImageNet's
 * 1,000 classes. It is here for its pretrained layers; training it leaves out the dropout of the original.
 */
export class SqueezeNet extends Module {
  readonly card: ModelCard;
  readonly features: SqueezeNetFeatures;
  readonly classifier: Classifier;

  constructor({ classes }: { readonly classes: number }) {
    super();
    this.card = {
      name: "squeezenet1_1",
      joints: classes,
      skeleton: null,
      input: imageNetInput,
      inputSize: [224, 224],
      outputs: () => [{ name: "logits", kind: "logits", shape: [classes] }],
      codec: { kind: "classes" },
      source: "Iandola et al. 2016, arXiv:1602.07360; torchvision",
    };
    this.features = new SqueezeNetFeatures(1);
    this.classifier = new Classifier(this.features.outChannels, classes);
  }

  /** Normalised image [n,h,w,4] → logits [n,classes], ReLU's output as in the original. */
  forward(image: Tensor, mode: Mode): Tensor {
    return this.classifier.call(this.features.call(image, mode), mode);
  }
}

/** 1×1 convolution, ReLU, mean over the image; the field is torchvision's index, between dropout (0) and ReLU (2). */
class Classifier extends Module {
  readonly 1: Conv2d;

  constructor(inChannels: number, classes: number) {
    super();
    this[1] = new Conv2d(inChannels, classes, 1, { activation: "relu", initialWeight: normal(0.01), initialBias: zero });
  }

  /** [n,h,w,inChannels] → [n,classes] */
  forward(x: Tensor, mode: Mode): Tensor {
    return mean(this[1].call(x, mode), [1, 2]);
  }
}
