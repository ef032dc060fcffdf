import { type Capabilities, openDevice } from "@kindling/gpu";
import { conv2dProblemOf } from "@kindling/proof";
import { expect, test } from "vitest";
import { conv2dBiasKernel } from "../conv2d/conv2d.ts";
import type { Conv2dProblem } from "../conv2d/conv2dProblem.ts";
import { conv2dInputGradKernel } from "../conv2dInputGrad/conv2dInputGrad.ts";
import { conv2dWeightGradKernel } from "../conv2dWeightGrad/conv2dWeightGrad.ts";
import { fastestVariant, type Kernel, type Problem, sourceOf } from "../kernel.ts";
import { matmulKernel } from "../matmul/matmul.ts";
import { matrixSides, matrixTile, tileHeight, tileWidth } from "./matrixTile.ts";

/** An NVIDIA GPU as Dawn describes it on Vulkan; no test machine has one. */
const nvidia: Capabilities = {
  software: false,
  f16: true,
  subgroups: { min: 32, max: 32 },
  subgroupMatrices: [{ componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 }],
  timestamps: true,
  maxStorageBuffers: 16,
  maxBindingBytes: 2 ** 31 - 4,
  maxBufferBytes: 2 ** 40,
  maxWorkgroupStorageBytes: 49_152,
  maxWorkgroupInvocations: 1024,
  maxWorkgroupsPerDimension: 65_535,
};

/** Layers of SqueezeNet and HRNet-W48, their strides, and channels that make each number of matrices a subgroup. */
const convolutions: readonly Conv2dProblem[] = [
  conv2dProblemOf({ x: [8, 95, 71, 16], weight: [3, 3, 16, 64], stride: 1, padding: 1 }),
  conv2dProblemOf({ x: [8, 23, 17, 512], weight: [1, 1, 512, 153], stride: 1, padding: 0 }),
  conv2dProblemOf({ x: [8, 192, 144, 64], weight: [3, 3, 64, 64], stride: 2, padding: 1 }),
  ...[17, 48, 96, 192, 384].map((width) => conv2dProblemOf({ x: [4, 12, 9, width], weight: [3, 3, width, width], stride: 1, padding: 1 })),
];

const calls: readonly (readonly [kernel: Kernel, problem: Problem])[] = [
  ...convolutions.flatMap((p): [Kernel, Problem][] => [
    [asKernel(conv2dBiasKernel), { ...p, activation: "relu" }],
    [asKernel(conv2dInputGradKernel), { ...p, accumulate: true }],
    [asKernel(conv2dWeightGradKernel), { ...p, splits: 7 }],
  ]),
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): [Kernel, Problem] => [
      asKernel(matmulKernel),
      { batch: 2, m: 300, k: 66, n: 200, transposeA, transposeB },
    ]),
  ),
];

test("WGSL for matrices of 16 × 16, which no software adapter runs, passes Dawn's front end, f16 and f32 results alike", async () => {
  using device = await openDevice({ computeNothing: true });
  for (const [kernel, problem] of calls) {
    for (const result of ["f16", "f32"] as const) {
      const variant = kernel.variants.find(({ id }) => id === "subgroupMatrix16")!;
      const dtypes = dtypesOf(kernel, result);
      expect(variant.supports(problem, nvidia, dtypes)).toBe(true);
      const source = sourceOf(kernel, variant, problem, dtypes);
      const counts = { reads: kernel.reads.length, writes: kernel.writes.length };
      const outcome = await device.pipelines.get(kernel.name, source, counts).then(String, String);
      // The null adapter has but 16 KiB of workgroup memory: it finds that out behind the front end.
      expect(outcome).toMatch(/^\[object GPUComputePipeline\]$|makes no pipeline on this adapter: The total use of workgroup storage/);
      expect(Number(/storage \((\d+) bytes\)/.exec(outcome)?.[1] ?? 0)).toBeLessThanOrEqual(nvidia.maxWorkgroupStorageBytes);
    }
  }
});

test("hardware with matrices multiplies f16 by them, and never f32", () => {
  for (const [kernel, problem] of calls) {
    const dtypes = dtypesOf(kernel, "f16");
    expect(fastestVariant(kernel, problem, nvidia, dtypes).id).toBe("subgroupMatrix16");
    expect(fastestVariant(kernel, problem, { ...nvidia, software: true }, dtypes).id).not.toMatch(/^subgroupMatrix/);
    for (const factor of [0, 1]) {
      const mixed = dtypes.map((dtype, i) => (i === factor ? "f32" : dtype));
      expect(kernel.variants.filter(({ id, supports }) => id.startsWith("subgroupMatrix") && supports(problem, nvidia, mixed))).toEqual([]);
    }
  }
});

test("a tile covers what is asked with the fewest sums to spare, and at most eight matrices a side", () => {
  for (const side of matrixSides) {
    for (const columns of [1, 3, 4, 6, 8].map((matrices) => matrices * side)) {
      const tile = matrixTile(side, 10_000, columns);
      expect(columns % tileWidth(tile)).toBe(0);
      expect(tileHeight(tile)).toBeLessThanOrEqual(8 * side);
    }
  }
});

/** What bindings are stored as with f16 factors. */
function dtypesOf(kernel: Kernel, result: "f16" | "f32"): readonly ("f16" | "f32")[] {
  const stored = (type: "f16" | "f32") => (binding: string) => (kernel.f16!.includes(binding) ? type : "f32");
  return [...kernel.reads.map(stored("f16")), ...kernel.writes.map(stored(result))];
}

/** A kernel among others. */
function asKernel<P extends Problem>(kernel: Kernel<P>): Kernel {
  return kernel as unknown as Kernel; // it is called with problems of its own alone
}
