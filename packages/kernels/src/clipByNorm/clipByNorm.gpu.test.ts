import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
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
  expect(variantsNotRun(clipByNormKernel, checks)).toEqual([]);
});

test("a norm that is NaN makes every gradient NaN; an infinite one makes finite gradients 0 and infinite ones NaN, unless told to leave them", async () => {
  const cases = [Number.NaN, Number.POSITIVE_INFINITY].flatMap((norm) =>
    [3, 4].flatMap((size) => {
      const gradients = Float32Array.of(1, Number.NEGATIVE_INFINITY, -3, Number.NaN).slice(0, size);
      return [false, true].map((finiteOnly): KernelCase<ClipByNormProblem> => {
        const expected = clipByNormReference(Float64Array.from(gradients), finiteOnly ? 0 : norm, 1);
        return {
          name: `${size} elements of norm ${norm}${finiteOnly ? ", left alone" : ""}`,
          problem: { size, maxNorm: 1, finiteOnly },
          reads: [Float32Array.of(norm)],
          writes: [{ before: gradients, expected }],
        };
      });
    }),
  );
  const checks = await checkKernel(device, clipByNormKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  const infinite = clipByNormReference(Float64Array.of(1, Number.NEGATIVE_INFINITY), Number.POSITIVE_INFINITY, 1);
  expect([...infinite.value]).toEqual([0, Number.NaN]);
});
