import type { Capabilities } from "@kindling/gpu";
import { type Conv2dProblem, conv2dBytes, conv2dFlops, conv2dHasOutputVectors, conv2dUniforms } from "../conv2d/conv2dProblem.ts";
import { depthwiseColumns, isDepthwise } from "../conv2d/depthwiseRow.wgsl.ts";
import { pixelLaneSizes, pixelLaneTiles, tileChannels } from "../conv2d/pixelLanes.wgsl.ts";
import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasMatricesOf, type MatrixSide, type MatrixTile, matrixSides, matrixTile, matrixTiles } from "../wgsl/matrixTile.ts";
import { hasSubgroupsOf, type SubgroupSize, suitsSubgroups } from "../wgsl/subgroupTile.wgsl.ts";
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
import { registerTile, tilePixels } from "./registerTile.wgsl.ts";
import { type SubgroupInputGrad, subgroup } from "./subgroup.wgsl.ts";
import { subgroupMatrix } from "./subgroupMatrix.wgsl.ts";
import { workgroup } from "./workgroup.wgsl.ts";

/** Gradient of a convolution's input; with `accumulate` it is added to what dx holds. */
export type Conv2dInputGradProblem = Conv2dProblem & { readonly accumulate: boolean };

/** dy, weight → dx: the transposed convolution, each input value gathering from the outputs that read it. */
export const conv2dInputGradKernel: Kernel<Conv2dInputGradProblem, typeof conv2dUniforms> = define("conv2dInputGrad", "none");

/** The same sum plus a bias [inChannels], as a transposed convolution's forward pass has it: dy, weight, bias → dx. */
export const convTranspose2dBiasKernel: Kernel<Conv2dInputGradProblem, typeof conv2dUniforms> = define("convTranspose2dBias", "bias");

/**
 * {@link conv2dInputGradKernel} with the mask of the ReLU whose output x is in its epilogue: dy, weight, mask → dx, zero where mask is not above zero.
 * A variant has the name and the bits of that kernel's; programs use it where that one's variant of choice is among them.
 */
export const conv2dInputGradMaskedKernel: Kernel<Conv2dInputGradProblem, typeof conv2dUniforms> = define("conv2dInputGradMasked", "mask");

/** `epilogue`: what is read besides dy and the weight, a bias for each channel or a mask of dx's size; not every variant has learnt the mask. */
function define(name: string, epilogue: "none" | "bias" | "mask"): Kernel<Conv2dInputGradProblem, typeof conv2dUniforms> {
  const [bias, masked] = [epilogue === "bias", epilogue === "mask"];
  const mask = masked ? ["mask"] : [];
  return defineKernel({
    name,
    reads: ["dy", "weight", ...(bias ? ["bias"] : mask)],
    writes: ["dx"],
    f16: ["dy", "weight", ...mask, "dx"],
    uniforms: conv2dUniforms,
    uniformValues: (problem: Conv2dInputGradProblem) => problem,
    variants: [
      {
        id: "direct",
        supports: () => true,
        source: ({ accumulate }) => direct(bias, accumulate, masked),
        workgroups: (p) => grid(p.batch * p.height * p.width * p.inChannels, 64),
      },
      ...(masked ? [] : [depthwiseVariant(bias)]),
      {
        id: "registerTile",
        supports: (p) => p.groups === 1 && p.inChannels % 4 === 0 && p.stride <= 2,
        vectors: (p) => [...(conv2dHasOutputVectors(p) ? ["dy", "weight"] : []), ...mask, "dx"],
        source: (p) => registerTile(bias, p.accumulate, masked, conv2dHasOutputVectors(p), p.stride === 2 ? 2 : 1),
        workgroups: (p) => grid(Math.ceil((p.batch * p.height * p.width) / tilePixels) * (p.inChannels / 4), 32),
      },
      ...pixelLaneSizes.map(
        (lanes): Variant<Conv2dInputGradProblem> => ({
          id: `subgroup${lanes}`,
          enables: ["subgroups"],
          supports: (p, capabilities) => hasSubgroupsOf(lanes, capabilities) && fitsPixelLanes(p),
          suits: suitsSubgroups,
          vectors: () => ["dy", "weight", ...mask, "dx"],
          source: (p) => subgroup(lanes, tileChannels(lanes, p.inChannels), { ...subgroupOptions(p), bias, masked }),
          workgroups: (p) => subgroupTiles(lanes, p),
        }),
      ),
      ...(masked ? [] : workgroupTiles.map((tile) => workgroupVariant(tile, bias))),
      ...(masked ? [] : matrixSides.map((side) => subgroupMatrixVariant(side, bias))),
    ],
    cost: (p) => ({
      flops: conv2dFlops(p),
      bytes: conv2dBytes(p) + (masked ? 4 * p.batch * p.height * p.width * p.inChannels : 0),
    }),
  });
}

/** Four channels of four columns a thread. */
function depthwiseVariant(bias: boolean): Variant<Conv2dInputGradProblem> {
  return {
    id: "depthwise",
    supports: (p) => isDepthwise(p) && p.stride <= 2,
    vectors: () => ["dy", "weight", "dx"],
    source: (p) => depthwise(bias, p),
    workgroups: (p) => {
      const tiles = Math.ceil((p.width + (p.padding % p.stride)) / depthwiseColumns);
      return grid(p.batch * p.height * tiles * (p.inChannels / 4), 64);
    },
  };
}

/** Workgroups with subgroup matrices of one size, each with a tile of pixels × input channels. */
function subgroupMatrixVariant(side: MatrixSide, bias: boolean): Variant<Conv2dInputGradProblem> {
  const pixels = (p: Conv2dProblem) => p.batch * p.height * p.width;
  const tile = (p: Conv2dProblem): MatrixTile => matrixTile(side, pixels(p), p.inChannels);
  const weightVectors = (p: Conv2dProblem) => p.outChannels % 4 === 0;
  const dxVectors = (p: Conv2dProblem) => p.inChannels % 4 === 0;
  return {
    id: `subgroupMatrix${side}`,
    enables: ["subgroups", "chromium_experimental_subgroup_matrix"],
    supports: (p, capabilities, [dy, weight]) => p.groups === 1 && hasMatricesOf(tile(p), capabilities, [dy, weight]),
    // Below half a matrix along any axis, and with larger strides, most of the products are of zeros.
    suits: (p, { software }) => !software && p.stride <= 2 && Math.min(pixels(p), p.inChannels, p.outChannels) >= side / 2,
    vectors: (p) => [
      ...(conv2dHasOutputVectors(p) ? ["dy"] : []),
      ...(weightVectors(p) ? ["weight"] : []),
      ...(dxVectors(p) ? ["dx"] : []),
    ],
    source: (p) =>
      subgroupMatrix(tile(p), {
        bias,
        accumulate: p.accumulate,
        padded: missesOutputs(p),
        unitStride: p.stride === 1,
        dyVectors: conv2dHasOutputVectors(p),
        weightVectors: weightVectors(p),
        dxVectors: dxVectors(p),
      }),
    workgroups: (p) => grid(matrixTiles(tile(p), pixels(p), p.inChannels), 1),
  };
}

/** Whether the variants for subgroups compute a problem. */
function fitsPixelLanes(p: Conv2dProblem): boolean {
  return p.groups === 1 && (p.stride === 1 || (p.stride === 2 && p.dilation === 1)) && p.inChannels % 4 === 0 && conv2dHasOutputVectors(p);
}

/** Whether an adapter has one of them. */
function hasPixelLanes(p: Conv2dProblem, capabilities: Capabilities): boolean {
  return fitsPixelLanes(p) && pixelLaneSizes.some((lanes) => hasSubgroupsOf(lanes, capabilities));
}

/** What their source depends on of a problem. */
function subgroupOptions(p: Conv2dInputGradProblem): Pick<SubgroupInputGrad, "stride" | "padded" | "accumulate"> {
  return { stride: p.stride === 2 ? 2 : 1, padded: missesOutputs(p), accumulate: p.accumulate };
}

/** Their workgroups; with stride 2 in four parts, each of as many as the largest. */
function subgroupTiles(lanes: SubgroupSize, p: Conv2dProblem): readonly [number, number, number] {
  const every = (size: number) => Math.ceil(size / p.stride);
  return pixelLaneTiles(lanes, p.batch * every(p.height) * every(p.width), p.inChannels, p.stride ** 2);
}

/** Whether some tap of some input belongs to no output: not where each input is in one output alone. */
function missesOutputs(p: Conv2dProblem): boolean {
  return p.kernelHeight > 1 || p.kernelWidth > 1 || p.padding > 0 || p.outHeight < p.height || p.outWidth < p.width;
}

/** Workgroups with a tile of dx each. */
function workgroupVariant(tile: WorkgroupTile, bias: boolean): Variant<Conv2dInputGradProblem> {
  const inVectors = (p: Conv2dProblem) => p.inChannels % 4 === 0;
  return {
    id: workgroupTileId(tile),
    supports: (p, capabilities) =>
      p.groups === 1 && (p.stride === 1 || (p.stride === 2 && p.dilation % 2 === 1)) && supportsTile(tile, product(p), capabilities),
    // For stride 2 the smallest is twice as fast as registerTile on SwiftShader and lavapipe too, because it leaves out the zeros between outputs; so do
    // the variants for subgroups, which are four times as fast again.
    suits: (p, capabilities) =>
      suitsTile(tile, product(p), capabilities) ||
      (capabilities.software && p.stride === 2 && tile === workgroupTiles[0] && !hasPixelLanes(p, capabilities)),
    vectors: (p) => [...(conv2dHasOutputVectors(p) ? ["dy", "weight"] : []), ...(inVectors(p) ? ["dx"] : [])],
    source: (p) =>
      workgroup(tile, {
        bias,
        accumulate: p.accumulate,
        padded: missesOutputs(p),
        outVectors: conv2dHasOutputVectors(p),
        inVectors: inVectors(p),
      }),
    workgroups: (p) => grid(tileCount(tile, product(p)), 1),
  };
}

/** Pixels by channels, in as many products as there are remainders of a pixel by the stride; the sizes of the largest. */
function product(p: Conv2dProblem): TiledProduct {
  const every = (length: number) => Math.ceil(length / p.stride);
  return {
    count: p.stride ** 2,
    rows: p.batch * every(p.height) * every(p.width),
    columns: p.inChannels,
    inner: every(p.kernelHeight) * every(p.kernelWidth) * p.outChannels,
  };
}
