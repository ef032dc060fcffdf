import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, maxPool2dCaseName, maxPool2dProblemOf, maxPool2dSizes, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { maxPool2dInputGradKernel } from "../maxPool2dInputGrad/maxPool2dInputGrad.ts";
import { maxPool2dKernel } from "./maxPool2d.ts";
import type { MaxPool2dProblem } from "./maxPool2dProblem.ts";
import { maxPool2dArgmaxReference, maxPool2dInputGradReference, maxPool2dReference } from "./reference.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
const both = new Set(["scalar", "vector"]);

/** Ways to fill x: no two values equal, mostly ties (as after a ReLU), and values that comparisons treat specially. */
const fillings: Readonly<Record<string, (value: number, i: number) => number>> = {
  distinct: (value) => value,
  ties: (value) => Math.max(0, Math.round(2 * value)),
  special: (value, i) =>
    [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -value][(i * 7 + Math.floor(8 * value)) & 31] ?? value,
  lowest: () => Number.NEGATIVE_INFINITY,
};

const calls = maxPool2dSizes.flatMap((sizes, i) =>
  Object.entries(fillings).map(([filling, fill]) => {
    const problem = maxPool2dProblemOf(sizes);
    const { batch, height, width, outHeight, outWidth, channels } = problem;
    return {
      name: `${maxPool2dCaseName(sizes)} ${filling}`,
      problem,
      x: randomValues(2 * i, batch * height * width * channels).map(fill),
      dy: randomValues(2 * i + 1, batch * outHeight * outWidth * channels),
    };
  }),
);

test("maxPool2d takes the first of equal maxima, and NaN over everything, as PyTorch does", async () => {
  const cases: KernelCase<MaxPool2dProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [x],
    writes: [
      { before: new Float32Array(dy.length), expected: ([stored]) => maxPool2dReference(problem, stored!) },
      {
        before: new Uint32Array((dy.length / problem.channels) * Math.ceil(problem.channels / 4)),
        expected: ([stored]) => maxPool2dArgmaxReference(problem, stored!),
      },
    ],
  }));
  const checks = await checkKernel(device, maxPool2dKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(both);
});

test("each window's gradient goes to its maximum alone", async () => {
  const cases: KernelCase<MaxPool2dProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [dy, maxPool2dArgmaxReference(problem, exact(x))],
    writes: [{ before: x.map(() => 7), expected: ([stored]) => maxPool2dInputGradReference(problem, exact(x), stored!) }],
  }));
  const checks = await checkKernel(device, maxPool2dInputGradKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(both);
});
