import { sumResized, type Tensor } from "@kindling/autograd";
import { Sequential } from "../layers/sequential.ts";
import { type Mode, Module } from "../module.ts";
import { BasicBlock } from "./basicBlock.ts";
import { convNorm, hrnetConv } from "./hrnetConv.ts";

/**
 * Four residual blocks on each branch, then every output branch is the sum of all branches at its own size
 * (Sun et al. 2019, §3; names of github.com/leoxiaobin/deep-high-resolution-net.pytorch).
 */
export class HighResolutionModule extends Module<readonly Tensor[], readonly Tensor[]> {
  readonly branches: readonly Sequential[];
  /** [to][from]: null where both are one branch. */
  readonly fuse_layers: readonly (readonly (Sequential | null)[])[];

  /** `channels` of each branch, the first at full size, each further one at half; with `outputs` 1 only the first is fused. */
  constructor(channels: readonly number[], outputs: number) {
    super();
    this.branches = channels.map((width) => new Sequential(Array.from({ length: 4 }, () => new BasicBlock(width))));
    this.fuse_layers = channels
      .slice(0, outputs)
      .map((_, to) => channels.map((_, from) => (from === to ? null : fuseLayer(channels, from, to))));
  }

  /** [n,h/2^i,w/2^i,channels[i]] of each branch → the same for the fused ones; halves may be rounded up. */
  forward(x: readonly Tensor[], mode: Mode): readonly Tensor[] {
    const branches = this.branches.map((branch, i) => branch.call(x[i]!, mode));
    return this.fuse_layers.map((layers, to) => {
      // To the branch's actual size, not by a factor: 5 rows, halved from 9, are not half as many.
      const [, height, width] = branches[to]!.shape;
      const [first, ...others] = layers.map((layer, from) => layer?.call(branches[from]!, mode) ?? branches[from]!);
      return sumResized([first!, ...others], [height!, width!], { activation: "relu" }); // a module has branches
    });
  }
}

/** Brings branch `from` to the channels of `to`: 1×1 where it is smaller (and resized after), else as many 3×3 with stride 2 as halvings lie between. */
function fuseLayer(channels: readonly number[], from: number, to: number): Sequential {
  const [inChannels, outChannels] = [channels[from]!, channels[to]!];
  if (from > to) return convNorm(hrnetConv(inChannels, outChannels, 1), outChannels);
  const halvings = to - from;
  return new Sequential(
    Array.from({ length: halvings }, (_, i) =>
      i === halvings - 1
        ? convNorm(hrnetConv(inChannels, outChannels, 3, { stride: 2 }), outChannels)
        : convNorm(hrnetConv(inChannels, inChannels, 3, { stride: 2 }), inChannels, "relu"),
    ),
  );
}
