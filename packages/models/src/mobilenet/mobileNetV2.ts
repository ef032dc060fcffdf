import { add, relu6, type Tensor } from "@kindling/autograd";
import { ConvModule } from "../layers/convModule.ts";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";

/** Channels that {@link MobileNetV2} puts out. */
export const mobileNetV2Channels = 1280;

/** Stages of Sandler et al. 2018, table 2: expansion, channels, blocks, stride of the first. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** Features of MobileNetV2 (Sandler et al. 2018) at width 1, with the names of mmpose's backbone: 2,223,872 parameters. */
export class MobileNetV2 extends Module {
  readonly conv1: ConvModule;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly layer5: Sequential;
  readonly layer6: Sequential;
  readonly layer7: Sequential;
  readonly conv2: ConvModule;

  constructor() {
    super();
    this.conv1 = new ConvModule(3, 32, 3, { stride: 2, padding: 1, image: true, activation: relu6 });
    let inChannels = 32;
    const [one, two, three, four, five, six, seven] = stages.map(([expansion, channels, blocks, firstStride]) => {
      const layers = Array.from({ length: blocks }, (_, i) => {
        const block = new InvertedResidual(inChannels, channels, i === 0 ? firstStride : 1, expansion);
        inChannels = channels;
        return block;
      });
      return new Sequential(layers);
    }) as readonly Sequential[] as readonly [Sequential, Sequential, Sequential, Sequential, Sequential, Sequential, Sequential]; // seven stages
    this.layer1 = one;
    this.layer2 = two;
    this.layer3 = three;
    this.layer4 = four;
    this.layer5 = five;
    this.layer6 = six;
    this.layer7 = seven;
    this.conv2 = new ConvModule(inChannels, mobileNetV2Channels, 1, { activation: relu6 });
  }

  /** Normalised image [n,h,w,4] → [n,h/32,w/32,1280], rounded up. */
  forward(image: Tensor, mode: Mode): Tensor {
    const layers = [this.layer1, this.layer2, this.layer3, this.layer4, this.layer5, this.layer6, this.layer7, this.conv2];
    return layers.reduce((y, layer) => layer.call(y, mode), this.conv1.call(image, mode));
  }
}

/** 1×1 expansion, depthwise 3×3, 1×1 without activation, added to the input where the sizes agree (Sandler et al. 2018, §3.3). */
class InvertedResidual extends Module {
  readonly conv: Sequential;
  readonly #isResidual: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, expansion: number) {
    super();
    const hidden = inChannels * expansion;
    this.conv = new Sequential([
      ...(expansion === 1 ? [] : [new ConvModule(inChannels, hidden, 1, { activation: relu6 })]),
      new ConvModule(hidden, hidden, 3, { stride, padding: 1, groups: hidden, activation: relu6 }),
      new ConvModule(hidden, outChannels, 1, { activation: "none" }),
    ]);
    this.#isResidual = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor, mode: Mode): Tensor {
    return this.checkpointed(x, mode, (input) => {
      const y = this.conv.call(input, mode);
      return this.#isResidual ? add(y, input) : y;
    });
  }
}
