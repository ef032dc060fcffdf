import { type Conv2dProblem, conv2dBytes, conv2dFlops, conv2dHasOutputVectors, conv2dUniforms } from "../conv2d/conv2dProblem.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { direct } from "./direct.wgsl.ts";
import { registerTile } from "./registerTile.wgsl.ts";

/** Gradient of a convolution's weight, as `splits` partial sums over equal ranges of the output rows. */
export type Conv2dWeightGradProblem = Conv2dProblem & { readonly splits: number };

const uniforms: typeof conv2dUniforms & { readonly splits: "u32" } = { ...conv2dUniforms, splits: "u32" };

/** dy, x → partial [splits, kernelHeight, kernelWidth, inChannels / groups, outChannels], to be added in order (see sumSplits): the same bits each time. */
export const conv2dWeightGradKernel: Kernel<Conv2dWeightGradProblem, typeof uniforms> = defineKernel({
  name: "conv2dWeightGrad",
  reads: ["dy", "x"],
  writes: ["partial"],
  f16: ["dy", "x"],
  uniforms,
  uniformValues: (problem: Conv2dWeightGradProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => direct(),
      workgroups: (p) => grid(p.splits * weightSize(p), 64),
    },
    {
      id: "registerTile",
      supports: (p) => p.groups === 1 && p.inChannels % 4 === 0,
      vectors: (p) => (conv2dHasOutputVectors(p) ? ["dy", "x", "partial"] : ["x"]),
      source: (p) => registerTile(channelTile(p) / 4, columnTile(p), conv2dHasOutputVectors(p)),
      workgroups: (p) => grid(p.splits * tiles(p), 16),
    },
  ],
  cost: (p) => ({ flops: conv2dFlops(p), bytes: conv2dBytes(p) }),
});

/** How many partial sums keep several hundred threads busy without partials larger than the tensors they come from. */
export function weightGradSplits(p: Conv2dProblem): number {
  const rows = p.batch * p.outHeight;
  const busy = Math.ceil(512 / tiles(p));
  const affordable = Math.ceil(2_000_000 / weightSize(p));
  return Math.max(1, Math.min(busy, affordable, Math.ceil(rows / 4)));
}

/** Elements of the weight. */
function weightSize(p: Conv2dProblem): number {
  return p.kernelHeight * p.kernelWidth * (p.inChannels / p.groups) * p.outChannels;
}

function tiles(p: Conv2dProblem): number {
  return (
    p.kernelHeight * p.kernelWidth * Math.ceil(p.inChannels / p.groups / channelTile(p)) * Math.ceil(p.outChannels / (4 * columnTile(p)))
  );
}

/** Input channels that one thread of the fast variant computes. */
function channelTile(p: Conv2dProblem): 4 | 8 {
  return p.inChannels % 8 === 0 ? 8 : 4;
}

/** Quads of output channels that one thread of the fast variant computes. */
function columnTile(p: Conv2dProblem): 1 | 2 {
  return conv2dHasOutputVectors(p) && p.outChannels % 8 === 0 && p.inChannels % 8 === 0 ? 2 : 1;
}
