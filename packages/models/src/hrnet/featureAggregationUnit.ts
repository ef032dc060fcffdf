import { add, concatChannels, globalAvgPool2d, mul, reshape, sliceChannels, softmax, type Tensor } from "@kindling/autograd";
import { BatchNorm2d } from "../layers/batchNorm2d.ts";
import { Conv2d } from "../layers/conv2d.ts";
import { Linear } from "../layers/linear.ts";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";

/** Sizes of the kernels that look at the features. */
const kernels = [3, 5, 7] as const;
/** What the channels are divided by in the squeeze: 256 to 64 in the paper's code. */
const squeeze = 4;

/**
 * How much each branch counts in an ensemble, joint by joint: OKDHP's feature aggregation unit (Li et al. 2021, arXiv:2108.02092, §3.3;
 * github.com/zhengli97/OKDHP, lib/models/hourglass_okd.py). Three convolutions of different sizes are added and averaged over the image, squeezed, and one
 * linear layer a branch makes a number a joint, of which the softmax over the branches is taken. There, branches are as many as kernels and joints are 16;
 * here they may be any. Its convolutions have no biases, which the batch norms behind them would take away.
 */
export class FeatureAggregationUnit extends Module<readonly [features: Tensor, ...heatmaps: Tensor[]], Tensor> {
  readonly convs: readonly Sequential[];
  readonly fc: Linear;
  readonly fcs: readonly Linear[];

  constructor(channels: number, joints: number, branches: number) {
    super();
    this.convs = kernels.map(
      (kernel) =>
        new Sequential([
          new Conv2d(channels, channels, kernel, { padding: (kernel - 1) / 2, bias: false }),
          new BatchNorm2d(channels, "relu"),
          null,
        ]),
    );
    const squeezed = Math.max(1, Math.round(channels / squeeze));
    this.fc = new Linear(channels, squeezed);
    this.fcs = Array.from({ length: branches }, () => new Linear(squeezed, joints));
  }

  /** Features [n,h,w,channels] and each branch's heatmaps [n,h,w,joints] → their weighted mean [n,h,w,joints]. */
  forward([features, ...heatmaps]: readonly [features: Tensor, ...heatmaps: Tensor[]], mode: Mode): Tensor {
    const joints = heatmaps[0]!.shape.at(-1)!; // an ensemble has branches
    const weights = this.#weights(features, joints, mode);
    return heatmaps.map((made, i) => mul(made, sliceChannels(weights, i * joints, joints))).reduce(add);
  }

  /** Features → weights that sum to 1 over the branches, [n,1,1,branches·joints]. */
  #weights(features: Tensor, joints: number, mode: Mode): Tensor {
    const looked = this.convs.map((conv) => conv.call(features, mode)).reduce(add);
    const squeezed = this.fc.call(globalAvgPool2d(looked), mode);
    const [first, ...others] = this.fcs.map((layer) => layer.call(squeezed, mode));
    const [batch, branches] = [features.shape[0]!, this.fcs.length];
    const ofBranches = reshape(concatChannels([first!, ...others]), [batch, branches, 1, joints]);
    return reshape(softmax(ofBranches, "pixels"), [batch, 1, 1, branches * joints]);
  }
}
