import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { partialSquaredDifferencesKernel, partialSquaresKernel, partialSumsCount, partialSumsKernel } from "./partialSums.ts";
import { normReference, sumReference } from "./reference.ts";
import { type SumToScalarProblem, sumToScalarKernel } from "./sumToScalar.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
const sizes = [1, 3, 64, 255, 257, 1000, 4100];

test("one workgroup adds any number of elements, and gives the sum, its root or its reciprocal", async () => {
  const cases = sizes.flatMap((size, i) => {
    const x = randomValues(i + 1, size, 0.1, 1);
    const scale = 0.25;
    const results = {
      sum: (value: number) => value,
      root: Math.sqrt,
      reciprocal: (value: number) => scale ** 2 / value,
    };
    return (["sum", "root", "reciprocal"] as const).map(
      (result): KernelCase<SumToScalarProblem> => ({
        name: `${result} of ${size}`,
        problem: { size, scale, result },
        reads: [x],
        writes: [
          {
            before: new Float32Array(1),
            expected: ([read]) => {
              const { value, terms } = sumReference(read!, scale);
              return { value: value.map(results[result]), magnitude: value.map(results[result]), terms };
            },
          },
        ],
      }),
    );
  });
  const checks = await checkKernel(device, sumToScalarKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("the reciprocal of an empty sum is 0, and NaN passes through", async () => {
  const run = async (x: number[], result: SumToScalarProblem["result"]) => {
    const problem = { size: x.length, scale: 2, result };
    return (
      await runKernel(
        device,
        asKernel(sumToScalarKernel),
        sumToScalarKernel.variants[0],
        problem,
        [Float32Array.from(x)],
        [new Float32Array(1)],
      )
    )[0]![0];
  };
  expect(await run([0, 0, 0], "reciprocal")).toBe(0);
  expect(await run([1, Number.NaN, 0], "reciprocal")).toBeNaN();
  expect(await run([1, Number.NaN, 0], "root")).toBeNaN();
  expect(await run([Number.NaN], "sum")).toBeNaN();
});

test("partial sums add up to the whole in every variant and touch only their own place", async () => {
  const run: { readonly kernel: string; readonly variant: string }[] = [];
  for (const [i, size] of sizes.entries()) {
    const [a, b] = [randomValues(10 + i, size), randomValues(20 + i, size)];
    const expected = [
      { kernel: partialSumsKernel, reads: [a], ...sumReference(exact(a), 1) },
      {
        kernel: partialSquaresKernel,
        reads: [a],
        ...sumReference(
          exact(a).map((value) => value ** 2),
          1,
        ),
      },
      {
        kernel: partialSquaredDifferencesKernel,
        reads: [a, b],
        ...sumReference(
          exact(a).map((value, j) => (value - b[j]!) ** 2),
          1,
        ),
      },
    ];
    for (const splits of [1, 3, partialSumsCount(size) + 5]) {
      for (const { kernel, reads, value, magnitude } of expected) {
        const variants = kernel.variants.filter((variant) => variant.supports({ size, splits, offset: 2 }, device.capabilities, ["f32"]));
        expect(variants.length).toBe(size % 4 === 0 ? 2 : 1);
        for (const variant of variants) {
          const before = new Float32Array(splits + 4).fill(77);
          const [after] = await runKernel(device, asKernel(kernel), variant, { size, splits, offset: 2 }, reads, [before]);
          run.push({ kernel: kernel.name, variant: variant.id });
          const partial = [...(after as Float32Array)];
          expect([...partial.slice(0, 2), ...partial.slice(-2)]).toEqual([77, 77, 77, 77]);
          const sum = partial.slice(2, -2).reduce((total, element) => total + element, 0);
          expect(Math.abs(sum - value[0]!)).toBeLessThan(
            4 * Math.sqrt(size) * 2 ** -24 * (magnitude[0]! + 2 * Math.abs(value[0]!)) + 2 ** -126,
          );
        }
      }
    }
  }
  for (const kernel of [partialSumsKernel, partialSquaresKernel, partialSquaredDifferencesKernel]) {
    expect(variantsNotRun(kernel, run)).toEqual([]);
  }
});

test("the norm's reference is the root of the squares of all tensors", () => {
  expect(normReference([Float64Array.of(3), Float64Array.of(0, 4)]).value[0]).toBe(5);
});

/** Kernels are called with problems of their own. */
function asKernel<P extends Kernel["uniforms"]>(kernel: { readonly uniforms: P }): Kernel {
  return kernel as unknown as Kernel;
}
