import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasSubgroupsOf, suitsSubgroups } from "../wgsl/subgroupTile.wgsl.ts";
import { band, bandRows } from "./band.wgsl.ts";
import { blockLaneSizes, blockLanes, blockLaneTile, blockLaneTiles } from "./blockLanes.wgsl.ts";
import { type ConvReluMaxPool2dProblem, convReluMaxPool2dUniforms } from "./convReluMaxPool2dProblem.ts";
import { direct } from "./direct.wgsl.ts";

/**
 * Convolution, bias, ReLU and max pooling in one pass: x, weight, bias → y, argmax. What the convolution puts out is nowhere in memory. Of equal
 * maxima the first wins, and NaN over everything, as in {@link maxPool2dKernel}.
 */
export const convReluMaxPool2dKernel: Kernel<ConvReluMaxPool2dProblem, typeof convReluMaxPool2dUniforms> = defineKernel({
  name: "convReluMaxPool2d",
  reads: ["x", "weight", "bias"],
  writes: ["y", "argmax"],
  f16: ["x", "weight", "y"],
  uniforms: convReluMaxPool2dUniforms,
  uniformValues: (problem: ConvReluMaxPool2dProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => direct(),
      workgroups: (p) => grid(p.batch * p.outHeight * p.outWidth * Math.ceil(p.outChannels / 4), 64),
    },
    {
      id: "band",
      supports: hasBlocks,
      vectors: () => ["x", "weight", "bias", "y"],
      source: ({ padding }) => band(padding > 0),
      workgroups: (p) => grid(p.batch * Math.ceil(p.outHeight / bandRows) * p.outWidth * (p.outChannels / 4), 32),
    },
    ...blockLaneSizes.map(
      (lanes): Variant<ConvReluMaxPool2dProblem> => ({
        id: `subgroup${lanes}`,
        enables: ["subgroups"],
        supports: (p, capabilities) => hasSubgroupsOf(lanes, capabilities) && hasBlocks(p) && p.padding === 0,
        suits: suitsSubgroups,
        vectors: () => ["x", "weight", "y"],
        source: () => blockLanes(blockLaneTile(lanes)),
        workgroups: (p) => blockLaneTiles(blockLaneTile(lanes), p),
      }),
    ),
  ],
  // Each output of the convolution counted once; comparisons are no arithmetic.
  cost: (p) => {
    const weight = p.kernelHeight * p.kernelWidth * p.inChannels * p.outChannels;
    const x = p.batch * p.height * p.width * p.inChannels;
    return {
      flops: 2 * p.batch * p.convHeight * p.convWidth * weight,
      bytes: 4 * (x + weight) + 5 * p.batch * p.outHeight * p.outWidth * p.outChannels,
    };
  },
});

/** Whether windows are 3×3 in steps of 2, so that they fall into blocks of 2×2, and channels are read and written as vec4. */
function hasBlocks(p: ConvReluMaxPool2dProblem): boolean {
  return p.poolKernel === 3 && p.poolStride === 2 && p.poolPadding === 0 && p.inChannels % 4 === 0 && p.outChannels % 4 === 0;
}
