import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasMatricesOf, type MatrixSide, type MatrixTile, matrixSides, matrixTile, matrixTiles } from "../wgsl/matrixTile.ts";
import { hasSubgroupsOf, suitsSubgroups } from "../wgsl/subgroupTile.wgsl.ts";
import {
  suitsTile,
  supportsTile,
  type TiledProduct,
  tileCount,
  type WorkgroupTile,
  workgroupTileId,
  workgroupTiles,
} from "../wgsl/workgroupTile.ts";
import { type Conv2dProblem, conv2dBytes, conv2dFlops, conv2dHasOutputVectors, conv2dUniforms } from "./conv2dProblem.ts";
import { depthwise } from "./depthwise.wgsl.ts";
import { depthwiseColumns, isDepthwise } from "./depthwiseRow.wgsl.ts";
import { direct } from "./direct.wgsl.ts";
import { pixelLaneSizes, pixelLaneTiles, tileChannels } from "./pixelLanes.wgsl.ts";
import { registerTile, tilePixels } from "./registerTile.wgsl.ts";
import { subgroup } from "./subgroup.wgsl.ts";
import { subgroupMatrix } from "./subgroupMatrix.wgsl.ts";
import { workgroup } from "./workgroup.wgsl.ts";

/** A convolution with what its epilogue does. */
export type Conv2dForwardProblem = Conv2dProblem & { readonly activation: "none" | "relu" };

/** Cross-correlation with bias and activation: x, weight, bias → y. */
export const conv2dBiasKernel: Kernel<Conv2dForwardProblem, typeof conv2dUniforms> = define(true);

/** Cross-correlation without bias: x, weight → y. */
export const conv2dKernel: Kernel<Conv2dForwardProblem, typeof conv2dUniforms> = define(false);

function define(bias: boolean): Kernel<Conv2dForwardProblem, typeof conv2dUniforms> {
  return defineKernel({
    name: bias ? "conv2dBias" : "conv2d",
    reads: bias ? ["x", "weight", "bias"] : ["x", "weight"],
    writes: ["y"],
    f16: ["x", "weight", "y"],
    uniforms: conv2dUniforms,
    uniformValues: (problem: Conv2dForwardProblem) => problem,
    variants: [
      {
        id: "direct",
        supports: () => true,
        source: ({ activation }) => direct(bias, activation),
        workgroups: (p) => grid(p.batch * p.outHeight * p.outWidth * p.outChannels, 64),
      },
      {
        id: "depthwise",
        supports: (p) => isDepthwise(p),
        vectors: () => ["x", "weight", "y"],
        source: (p) => depthwise(bias, p),
        workgroups: (p) => grid(p.batch * p.outHeight * Math.ceil(p.outWidth / depthwiseColumns) * (p.outChannels / 4), 64),
      },
      {
        id: "registerTile",
        supports: (p) => p.groups === 1 && p.inChannels % 4 === 0,
        vectors: (p) => (conv2dHasOutputVectors(p) ? ["x", "weight", "y"] : ["x"]),
        source: (p) => registerTile(bias, p.activation, conv2dHasOutputVectors(p)),
        workgroups: (p) => grid(Math.ceil((p.batch * p.outHeight * p.outWidth) / tilePixels) * Math.ceil(p.outChannels / 4), 32),
      },
      ...pixelLaneSizes.map(
        (lanes): Variant<Conv2dForwardProblem> => ({
          id: `subgroup${lanes}`,
          enables: ["subgroups"],
          supports: (p, capabilities) =>
            hasSubgroupsOf(lanes, capabilities) && p.groups === 1 && p.inChannels % 4 === 0 && conv2dHasOutputVectors(p),
          suits: suitsSubgroups,
          vectors: () => ["x", "weight", "y"],
          source: (p) => subgroup(lanes, tileChannels(lanes, p.outChannels), p.padding > 0, bias, p.activation),
          workgroups: (p) => pixelLaneTiles(lanes, p.batch * p.outHeight * p.outWidth, p.outChannels),
        }),
      ),
      ...workgroupTiles.map((tile) => workgroupVariant(tile, bias)),
      ...matrixSides.map((side) => subgroupMatrixVariant(side, bias)),
    ],
    cost: (p) => ({ flops: conv2dFlops(p), bytes: conv2dBytes(p) }),
  });
}

/** Workgroups with subgroup matrices of one size, each with a tile of pixels × output channels. */
function subgroupMatrixVariant(side: MatrixSide, bias: boolean): Variant<Conv2dForwardProblem> {
  const pixels = (p: Conv2dProblem) => p.batch * p.outHeight * p.outWidth;
  const tile = (p: Conv2dProblem): MatrixTile => matrixTile(side, pixels(p), p.outChannels);
  const xVectors = (p: Conv2dProblem) => p.inChannels % 4 === 0;
  const weightVectors = (p: Conv2dProblem) => p.outChannels % 4 === 0;
  return {
    id: `subgroupMatrix${side}`,
    enables: ["subgroups", "chromium_experimental_subgroup_matrix"],
    supports: (p, capabilities, [x, weight]) => p.groups === 1 && hasMatricesOf(tile(p), capabilities, [x, weight]),
    // Below half a matrix along any axis most of the products are of zeros.
    suits: (p, { software }) => !software && Math.min(pixels(p), p.inChannels, p.outChannels) >= side / 2,
    vectors: (p) => [...(xVectors(p) ? ["x"] : []), ...(weightVectors(p) ? ["weight"] : []), ...(conv2dHasOutputVectors(p) ? ["y"] : [])],
    source: (p) =>
      subgroupMatrix(tile(p), {
        bias,
        relu: p.activation === "relu",
        padded: p.padding > 0,
        xVectors: xVectors(p),
        weightVectors: weightVectors(p),
        yVectors: conv2dHasOutputVectors(p),
      }),
    workgroups: (p) => grid(matrixTiles(tile(p), pixels(p), p.outChannels), 1),
  };
}

/** Workgroups with a tile of y each. */
function workgroupVariant(tile: WorkgroupTile, bias: boolean): Variant<Conv2dForwardProblem> {
  return {
    id: workgroupTileId(tile),
    supports: (p, capabilities) => p.groups === 1 && p.inChannels % 4 === 0 && supportsTile(tile, product(p), capabilities),
    suits: (p, capabilities) => suitsTile(tile, product(p), capabilities),
    vectors: (p) => (conv2dHasOutputVectors(p) ? ["x", "weight", "y"] : ["x"]),
    source: (p) => workgroup(tile, { bias, activation: p.activation, padded: p.padding > 0, vectors: conv2dHasOutputVectors(p) }),
    workgroups: (p) => grid(tileCount(tile, product(p)), 1),
  };
}

/** Pixels by channels. */
function product(p: Conv2dProblem): TiledProduct {
  return {
    count: 1,
    rows: p.batch * p.outHeight * p.outWidth,
    columns: p.outChannels,
    inner: p.kernelHeight * p.kernelWidth * p.inChannels,
  };
}
