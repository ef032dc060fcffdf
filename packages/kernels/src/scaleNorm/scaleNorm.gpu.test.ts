import { openDevice } from "@kindling/gpu";
import { checkKernel, type ExpectedOf, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { scaleNormGradKernel } from "../scaleNormGrad/scaleNormGrad.ts";
import { scaleNormGradReference, scaleNormReference } from "./reference.ts";
import { scaleNormKernel } from "./scaleNorm.ts";
import type { ScaleNormProblem } from "./scaleNormProblem.ts";

const device = await openDevice();

/** One element, one row, odd lengths, rows that no workgroup divides, the longest that occur; an epsilon that clamps. */
const calls = [
  { rows: 1, length: 1, epsilon: 1e-5 },
  { rows: 1, length: 1024, epsilon: 1e-5 },
  { rows: 3, length: 17, epsilon: 10 },
  { rows: 67, length: 4, epsilon: 1e-5 },
  { rows: 130, length: 19, epsilon: 1e-5 },
  { rows: 5, length: 516, epsilon: 10 },
  { rows: 9, length: 512, epsilon: 1e-5 },
].map((problem, i) => ({
  name: `[${problem.rows}, ${problem.length}] epsilon ${problem.epsilon}`,
  problem,
  x: randomValues(4 * i, problem.rows * problem.length, -2, 3),
  dy: randomValues(4 * i + 1, problem.rows * problem.length),
  g: Float32Array.of(-1.25),
}));

test("scaleNorm and its gradients equal their float64 definition in every variant, with and without the clamp", async () => {
  const forward: KernelCase<ScaleNormProblem>[] = calls.map(({ name, problem, x, g }) => ({
    name,
    problem,
    reads: [x, g],
    writes: [{ before: new Float32Array(x.length), expected: ([input, scale]) => scaleNormReference(problem, input!, scale!) }],
  }));
  const gradient: KernelCase<ScaleNormProblem>[] = calls.map(({ name, problem, x, dy, g }) => {
    const expected =
      (output: "dx" | "share"): ExpectedOf =>
      ([cotangent, input, scale]) =>
        scaleNormGradReference(problem, cotangent!, input!, scale!)[output];
    return {
      name,
      problem,
      reads: [dy, x, g],
      writes: [
        { before: new Float32Array(x.length), expected: expected("dx") },
        { before: new Float32Array(problem.rows), expected: expected("share") },
      ],
    };
  });
  const checks = [...(await checkKernel(device, scaleNormKernel, forward)), ...(await checkKernel(device, scaleNormGradKernel, gradient))];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ kernel, variant }) => `${kernel}/${variant}`)).size).toBe(2 * 2);
});
