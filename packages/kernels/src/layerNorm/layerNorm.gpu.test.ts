import { decodeFloat16, encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type ExpectedOf, type KernelCase, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { layerNormInputGradKernel } from "../layerNormInputGrad/layerNormInputGrad.ts";
import { type LayerNormWeightGradProblem, layerNormWeightGradKernel } from "../layerNormWeightGrad/layerNormWeightGrad.ts";
import { type LayerNormForwardProblem, layerNormKernel } from "./layerNorm.ts";
import { layerNormInputGradReference, layerNormReference, layerNormWeightGradReference } from "./reference.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
/** Numbers that f16 holds, so that the statistics computed from them belong to them in either storage. */
const asHalves = (data: Float32Array) => decodeFloat16(encodeFloat16(data));

/** One element, one row, odd lengths, rows that no workgroup divides, the longest that occur; a mean far from 0. */
const calls = [
  { rows: 1, length: 1, center: 0 },
  { rows: 1, length: 1024, center: 3 },
  { rows: 3, length: 17, center: 0 },
  { rows: 67, length: 4, center: 1 },
  { rows: 130, length: 19, center: -2 },
  { rows: 5, length: 516, center: 1000 },
].map(({ rows, length, center }, i) => {
  const problem: LayerNormForwardProblem = { rows, length, epsilon: 1e-3 };
  const x = asHalves(randomValues(8 * i, rows * length, center - 2, center + 2));
  const weight = randomValues(8 * i + 1, length);
  const { mean, rstd } = layerNormReference(problem, exact(x), exact(weight), exact(weight));
  return {
    name: `[${rows}, ${length}] around ${center}`,
    problem,
    x,
    weight,
    bias: randomValues(8 * i + 2, length),
    dy: randomValues(8 * i + 3, x.length),
    mean: Float32Array.from(mean.value),
    rstd: Float32Array.from(rstd.value),
  };
});

test("layerNorm, its means and rstds equal their float64 definition in every variant", async () => {
  const cases: KernelCase<LayerNormForwardProblem>[] = calls.map(({ name, problem, x, weight, bias }) => {
    const expected =
      (output: "y" | "mean" | "rstd"): ExpectedOf =>
      ([input, scale, shift]) =>
        layerNormReference(problem, input!, scale!, shift!)[output];
    return {
      name,
      problem,
      reads: [x, weight, bias],
      writes: [
        { before: new Float32Array(x.length), expected: expected("y") },
        { before: new Float32Array(problem.rows), expected: expected("mean") },
        { before: new Float32Array(problem.rows), expected: expected("rstd") },
      ],
    };
  });
  expectBounds(await checkKernel(device, layerNormKernel, cases), ["scalar", "vector"]);
});

test("the gradient of x goes through the mean and the variance of its row", async () => {
  const cases: KernelCase<LayerNormForwardProblem>[] = calls.map(({ name, problem, x, dy, mean, rstd, weight }) => ({
    name,
    problem,
    reads: [dy, x, mean, rstd, weight],
    writes: [
      {
        before: new Float32Array(x.length),
        expected: ([gradient, input, center, spread, scale]) =>
          layerNormInputGradReference(problem, gradient!, input!, center!, spread!, scale!),
      },
    ],
  }));
  expectBounds(await checkKernel(device, layerNormInputGradKernel, cases), ["scalar", "vector"]);
});

test("the gradients of weight and bias are partial sums over ranges of the rows, 0 for empty ones", async () => {
  const cases: KernelCase<LayerNormWeightGradProblem>[] = [1, 2, 7].flatMap((splits) =>
    calls.map(({ name, problem: { rows, length }, x, dy, mean, rstd }) => {
      const problem = { rows, length, splits };
      const expected =
        (parameter: "dweight" | "dbias"): ExpectedOf =>
        ([gradient, input, center, spread]) =>
          layerNormWeightGradReference(problem, gradient!, input!, center!, spread!)[parameter];
      const before = new Float32Array(splits * length).fill(7);
      return {
        name: `${name} in ${splits}`,
        problem,
        reads: [dy, x, mean, rstd],
        writes: [
          { before, expected: expected("dweight") },
          { before, expected: expected("dbias") },
        ],
      };
    }),
  );
  expectBounds(await checkKernel(device, layerNormWeightGradKernel, cases), ["scalar", "vector"]);
});

function expectBounds(checks: readonly KernelCheck[], variants: readonly string[]): void {
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(variants));
}
