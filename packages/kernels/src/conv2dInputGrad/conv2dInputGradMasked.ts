import { conv2dBytes, conv2dFlops, conv2dHasOutputVectors, conv2dUniforms } from "../conv2d/conv2dProblem.ts";
import { pixelLaneSizes, tileChannels } from "../conv2d/pixelLanes.wgsl.ts";
import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasSubgroupsOf, suitsSubgroups } from "../wgsl/subgroupTile.wgsl.ts";
import { type Conv2dInputGradProblem, fitsPixelLanes, subgroupOptions, subgroupTiles } from "./conv2dInputGrad.ts";
import { direct } from "./direct.wgsl.ts";
import { registerTile, tilePixels } from "./registerTile.wgsl.ts";
import { subgroup } from "./subgroup.wgsl.ts";

/**
 * {@link conv2dInputGradKernel} with the mask of the ReLU whose output x is in its epilogue: dy, weight, mask → dx, zero where mask is not above zero.
 * A variant has the name and the bits of that kernel's; programs use it where that one's variant of choice is among them.
 */
export const conv2dInputGradMaskedKernel: Kernel<Conv2dInputGradProblem, typeof conv2dUniforms> = defineKernel({
  name: "conv2dInputGradMasked",
  reads: ["dy", "weight", "mask"],
  writes: ["dx"],
  f16: ["dy", "weight", "mask", "dx"],
  uniforms: conv2dUniforms,
  uniformValues: (problem: Conv2dInputGradProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: ({ accumulate }) => direct(false, accumulate, true),
      workgroups: (p) => grid(p.batch * p.height * p.width * p.inChannels, 64),
    },
    {
      id: "registerTile",
      supports: (p) => p.groups === 1 && p.inChannels % 4 === 0 && p.stride <= 2,
      vectors: (p) => (conv2dHasOutputVectors(p) ? ["dy", "weight", "mask", "dx"] : ["mask", "dx"]),
      source: (p) => registerTile(false, p.accumulate, true, conv2dHasOutputVectors(p), p.stride === 2 ? 2 : 1),
      workgroups: (p) => grid(Math.ceil((p.batch * p.height * p.width) / tilePixels) * (p.inChannels / 4), 32),
    },
    ...pixelLaneSizes.map(
      (lanes): Variant<Conv2dInputGradProblem> => ({
        id: `subgroup${lanes}`,
        enables: ["subgroups"],
        supports: (p, capabilities) => hasSubgroupsOf(lanes, capabilities) && fitsPixelLanes(p),
        suits: suitsSubgroups,
        vectors: () => ["dy", "weight", "mask", "dx"],
        source: (p) => subgroup(lanes, tileChannels(lanes, p.inChannels), { ...subgroupOptions(p), bias: false, masked: true }),
        workgroups: (p) => subgroupTiles(lanes, p),
      }),
    ),
  ],
  cost: (p) => ({ flops: conv2dFlops(p), bytes: conv2dBytes(p) + 4 * p.batch * p.height * p.width * p.inChannels }),
});
