import { type Conv2dProblem, conv2dBytes, conv2dFlops, conv2dHasOutputVectors, conv2dUniforms } from "../conv2d/conv2dProblem.ts";
import { isDepthwise } from "../conv2d/depthwiseRow.wgsl.ts";
import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasMatricesOf, type MatrixSide, type MatrixTile, matrixSides, matrixTile, matrixTiles } from "../wgsl/matrixTile.ts";
import {
  hasSubgroupsOf,
  type SubgroupSize,
  type SubgroupTile,
  subgroupSizes,
  subgroupTile,
  subgroupTiles,
  suitsSubgroups,
} from "../wgsl/subgroupTile.wgsl.ts";
import {
  suitsTile,
  supportsTile,
  type TiledProduct,
  tileCount,
  type WorkgroupTile,
  workgroupTileId,
  workgroupTiles,
} from "../wgsl/workgroupTile.ts";
import { depthwise } from "./depthwise.wgsl.ts";
import { direct } from "./direct.wgsl.ts";
import { registerTile } from "./registerTile.wgsl.ts";
import { subgroup } from "./subgroup.wgsl.ts";
import { subgroupMatrix } from "./subgroupMatrix.wgsl.ts";
import { workgroup } from "./workgroup.wgsl.ts";

/** Gradient of a convolution's weight, as `splits` partial sums over equal ranges of the output pixels. */
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
      id: "depthwise",
      supports: (p) => isDepthwise(p),
      vectors: () => ["dy", "x", "partial"],
      source: (p) => depthwise(p),
      workgroups: (p) => grid(p.splits * p.kernelHeight * (p.inChannels / 4), 64),
    },
    {
      id: "registerTile",
      supports: (p) => p.groups === 1 && p.inChannels % 4 === 0,
      vectors: (p) => (conv2dHasOutputVectors(p) ? ["dy", "x", "partial"] : ["x"]),
      source: (p) => registerTile(channelTile(p) / 4, columnTile(p), conv2dHasOutputVectors(p)),
      workgroups: (p) => grid(p.splits * tiles(p), 16),
    },
    ...subgroupSizes.map(subgroupVariant),
    ...workgroupTiles.map(workgroupVariant),
    ...matrixSides.map(subgroupMatrixVariant),
  ],
  cost: (p) => ({ flops: conv2dFlops(p), bytes: conv2dBytes(p) }),
});

/**
 * How many partial sums a problem has: as many as make a million numbers, hundreds of workgroups of any variant, but each of 512 pixels at least,
 * beside which writing and adding them is little work; 128 where a pixel has one product a weight and threads are few (depthwise).
 */
export function weightGradSplits(p: Conv2dProblem): number {
  const pixels = p.batch * p.outHeight * p.outWidth;
  return Math.max(1, Math.min(Math.ceil(1_000_000 / weightSize(p)), Math.floor(pixels / (isDepthwise(p) ? 128 : 512))));
}

/** Subgroups of one size, each with a tile of its own. */
function subgroupVariant(size: SubgroupSize): Variant<Conv2dWeightGradProblem> {
  const tile = (p: Conv2dProblem): SubgroupTile => subgroupTile(size, tileRows(p), p.outChannels);
  const xVectors = (p: Conv2dProblem) => p.inChannels % 4 === 0;
  const dyVectors = (p: Conv2dProblem) => tile(p).columns === 4 && conv2dHasOutputVectors(p);
  return {
    id: `subgroup${size}`,
    enables: ["subgroups"],
    // Narrow weights leave most of a tile empty.
    supports: (p, capabilities) => hasSubgroupsOf(size, capabilities) && p.groups === 1 && tileRows(p) >= 4 && p.outChannels >= size / 2,
    suits: suitsSubgroups,
    vectors: (p) => [...(xVectors(p) ? ["x"] : []), ...(dyVectors(p) ? ["dy", "partial"] : [])],
    source: (p) => subgroup(tile(p), { joinTaps: joinsTaps(p), xVectors: xVectors(p), dyVectors: dyVectors(p) }),
    workgroups: (p) =>
      grid(p.splits * (weightSize(p) / (tileRows(p) * p.outChannels)) * subgroupTiles(tile(p), tileRows(p), p.outChannels), 1),
  };
}

/** Workgroups with subgroup matrices of one size, each with a tile of a tap's input × output channels and of a split. */
function subgroupMatrixVariant(side: MatrixSide): Variant<Conv2dWeightGradProblem> {
  const tile = (p: Conv2dProblem): MatrixTile => matrixTile(side, p.inChannels, p.outChannels);
  const xVectors = (p: Conv2dProblem) => p.inChannels % 4 === 0;
  const partialVectors = (p: Conv2dProblem) => p.outChannels % 4 === 0;
  return {
    id: `subgroupMatrix${side}`,
    enables: ["subgroups", "chromium_experimental_subgroup_matrix"],
    supports: (p, capabilities, [dy, x]) => p.groups === 1 && hasMatricesOf(tile(p), capabilities, [dy, x]),
    // Below half a matrix along any axis most of the products are of zeros.
    suits: (p, { software }) => !software && Math.min(p.inChannels, p.outChannels) >= side / 2,
    vectors: (p) => [
      ...(conv2dHasOutputVectors(p) ? ["dy"] : []),
      ...(xVectors(p) ? ["x"] : []),
      ...(partialVectors(p) ? ["partial"] : []),
    ],
    source: (p) =>
      subgroupMatrix(tile(p), { xVectors: xVectors(p), dyVectors: conv2dHasOutputVectors(p), partialVectors: partialVectors(p) }),
    workgroups: (p) => grid(p.splits * p.kernelHeight * p.kernelWidth * matrixTiles(tile(p), p.inChannels, p.outChannels), 1),
  };
}

/** Workgroups with a tile of one split each. */
function workgroupVariant(tile: WorkgroupTile): Variant<Conv2dWeightGradProblem> {
  const product = (p: Conv2dWeightGradProblem): TiledProduct => ({
    count: p.splits,
    rows: p.kernelHeight * p.kernelWidth * p.inChannels,
    columns: p.outChannels,
    inner: Math.ceil((p.batch * p.outHeight * p.outWidth) / p.splits),
  });
  return {
    id: workgroupTileId(tile),
    supports: (p, capabilities) => p.groups === 1 && p.inChannels % 4 === 0 && supportsTile(tile, product(p), capabilities),
    suits: (p, capabilities) => suitsTile(tile, product(p), capabilities),
    vectors: (p) => (conv2dHasOutputVectors(p) ? ["dy", "x", "partial"] : ["x"]),
    source: (p) => workgroup(tile, { padded: p.padding > 0, vectors: conv2dHasOutputVectors(p) }),
    workgroups: (p) => grid(tileCount(tile, product(p)), 1),
  };
}

/** Rows of weights that share pixels: those of one tap, or, where no tap meets padding, all. */
function tileRows(p: Conv2dProblem): number {
  return joinsTaps(p) ? p.kernelHeight * p.kernelWidth * p.inChannels : p.inChannels;
}

/** Whether every tap of every output lies inside the image. */
function joinsTaps(p: Conv2dProblem): boolean {
  const inside = (size: number, out: number, kernel: number) => (out - 1) * p.stride + (kernel - 1) * p.dilation < size;
  return p.padding === 0 && inside(p.height, p.outHeight, p.kernelHeight) && inside(p.width, p.outWidth, p.kernelWidth);
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
