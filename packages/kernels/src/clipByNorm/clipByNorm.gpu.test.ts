import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, runKernel } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { type ClipByNormProblem, clipByNormKernel } from "./clipByNorm.ts";
import { clipByNormReference } from "./reference.ts";

const device = await openDevice();

test("gradients shrink to the bound and are left alone below it", async () => {
  const cases = [1, 64, 131].flatMap((size, i) =>
    [0, 0.5, 1, 1.001, 1e6].map((norm): KernelCase<ClipByNormProblem> => {
      const gradients = randomValues(i + 1, size);
      return {
        name: `${size} elements of norm ${norm}`,
        problem: { size, maxNorm: 1 },
        reads: [Float32Array.of(norm)],
        writes: [{ before: gradients, expected: clipByNormReference(Float64Array.from(gradients), Math.fround(norm), 1) }],
      };
    }),
  );
  const checks = await checkKernel(device, clipByNormKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("a norm that is NaN makes every gradient NaN", async () => {
  const kernel = clipByNormKernel as unknown as Kernel;
  const [after] = await runKernel(
    device,
    kernel,
    kernel.variants[0],
    { size: 3, maxNorm: 1 },
    [Float32Array.of(Number.NaN)],
    [Float32Array.of(1, 2, 3)],
  );
  expect([...after!]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
