import type { Capabilities } from "@kindling/gpu";
import { conv2dProblemOf } from "@kindling/proof";
import { expect, test } from "vitest";
import { conv2dKernel } from "../conv2d/conv2d.ts";
import { conv2dInputGradKernel } from "../conv2dInputGrad/conv2dInputGrad.ts";
import { conv2dWeightGradKernel, weightGradSplits } from "../conv2dWeightGrad/conv2dWeightGrad.ts";
import { fastestVariant } from "../kernel.ts";
import { matmulKernel } from "../matmul/matmul.ts";
import { suitsTile, supportsTile, tileThreads, workgroupTiles } from "./workgroupTile.ts";

/** A GPU with subgroups of 32, and the least that WebGPU promises. */
const gpu: Capabilities = {
  software: false,
  f16: true,
  subgroups: { min: 32, max: 32 },
  subgroupMatrices: [],
  timestamps: true,
  maxStorageBuffers: 16,
  maxBindingBytes: 2 ** 31,
  maxBufferBytes: 2 ** 34,
  maxWorkgroupStorageBytes: 49_152,
  maxWorkgroupInvocations: 1024,
  maxWorkgroupsPerDimension: 65_535,
};
const least: Capabilities = { ...gpu, subgroups: false, f16: false, maxWorkgroupStorageBytes: 16_384, maxWorkgroupInvocations: 256 };
const f32 = ["f32", "f32", "f32"] as const;
const large = { count: 1, rows: 1000, columns: 1000, inner: 1000 };

test("a slice of either operand has a block of 4 × 4 numbers for each thread at most, and sums are whole vec4s of it", () => {
  for (const tile of workgroupTiles) {
    const { rows, columns, depth, threadRows, threadColumns } = tile;
    expect((Math.max(rows, columns) * depth) / 16).toBeLessThanOrEqual(tileThreads(tile));
    expect([depth % 4, threadRows % 4, threadColumns % 4, rows % threadRows, columns % threadColumns]).toEqual([0, 0, 0, 0, 0]);
  }
});

test("the smallest shapes run on every adapter, the others where workgroup memory is larger", () => {
  const held = (capabilities: Capabilities) => workgroupTiles.filter((tile) => supportsTile(tile, large, capabilities));
  expect(held(least)).toEqual(workgroupTiles.slice(0, 2));
  expect(held(gpu)).toEqual(workgroupTiles);
});

test("of the shapes that support a product one suits it on a GPU, and none on a software adapter", () => {
  for (const capabilities of [gpu, least]) {
    for (const rows of [1, 17, 64, 500, 100_000]) {
      for (const columns of [1, 16, 48, 64, 96, 500]) {
        const product = { ...large, rows, columns };
        const supported = workgroupTiles.filter((tile) => supportsTile(tile, product, capabilities));
        const suited = (where: Capabilities) => supported.filter((tile) => suitsTile(tile, product, where));
        expect(suited(capabilities)).toHaveLength(Math.min(1, supported.length));
        expect(suited({ ...capabilities, software: true })).toEqual([]);
      }
    }
  }
});

test("a GPU takes tiles for the products of HRNet-W48's first branch, of its 48 columns where there are pixels enough, and for matrices by its memory", () => {
  const p = conv2dProblemOf({ x: [32, 96, 72, 48], weight: [3, 3, 48, 48], stride: 1, padding: 1 });
  expect(fastestVariant(conv2dKernel, { ...p, activation: "relu" }, gpu, f32).id).toBe("workgroup128x48");
  expect(fastestVariant(conv2dInputGradKernel, { ...p, accumulate: false }, gpu, f32).id).toBe("workgroup128x48");
  expect(fastestVariant(conv2dWeightGradKernel, { ...p, splits: weightGradSplits(p) }, gpu, f32).id).toMatch(/^workgroup/);
  const square = { batch: 1, m: 4096, k: 4096, n: 4096, transposeA: false, transposeB: false };
  expect(fastestVariant(matmulKernel, square, gpu, f32).id).toBe("workgroup128x64");
  expect(fastestVariant(matmulKernel, square, least, f32).id).toBe("workgroup64x64");
});
