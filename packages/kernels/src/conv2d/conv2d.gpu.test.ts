import { openDevice } from "@kindling/gpu";
import { checkKernel, conv2dCaseName, conv2dProblemOf, conv2dSizes, type ExpectedOf, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type Conv2dInputGradProblem, conv2dInputGradKernel, convTranspose2dBiasKernel } from "../conv2dInputGrad/conv2dInputGrad.ts";
import { type Conv2dWeightGradProblem, conv2dWeightGradKernel } from "../conv2dWeightGrad/conv2dWeightGrad.ts";
import type { Reference } from "../reference.ts";
import { type Conv2dForwardProblem, conv2dBiasKernel, conv2dKernel } from "./conv2d.ts";
import { conv2dInputGradReference, conv2dReference, conv2dWeightGradReference } from "./reference.ts";

const device = await openDevice();
const problems = conv2dSizes.map((sizes, i) => {
  const p = conv2dProblemOf(sizes);
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  const ySize = p.batch * p.outHeight * p.outWidth * p.outChannels;
  return {
    name: conv2dCaseName(sizes),
    p,
    x: randomValues(4 * i + 1, size(sizes.x)),
    weight: randomValues(4 * i + 2, size(sizes.weight)),
    bias: randomValues(4 * i + 3, p.outChannels),
    dy: randomValues(4 * i + 4, ySize),
    ySize,
  };
});

/** ReLU of a reference: rounding near the kink moves the value no more than the sum. */
const relu = ({ value, magnitude, terms }: Reference): Reference => ({ value: value.map((v) => Math.max(v, 0)), magnitude, terms });

test("conv2d equals its float64 definition in every variant, with and without bias and ReLU", async () => {
  const cases = (bias: boolean): KernelCase<Conv2dForwardProblem>[] =>
    problems.flatMap(({ name, p, x, weight, bias: b, ySize }) =>
      (["none", "relu"] as const).map((activation) => {
        const expected: ExpectedOf = ([image, kernel, channels]) => {
          const reference = conv2dReference(p, image!, kernel!, channels ?? null);
          return activation === "relu" ? relu(reference) : reference;
        };
        return {
          name: `${name} ${activation}`,
          problem: { ...p, activation },
          reads: bias ? [x, weight, b] : [x, weight],
          writes: [{ before: new Float32Array(ySize), expected }],
        };
      }),
    );
  const checks = [
    ...(await checkKernel(device, conv2dKernel, cases(false))),
    ...(await checkKernel(device, conv2dBiasKernel, cases(true))),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["direct", "registerTile"]));
});

test("the gradient of the input is the transposed sum, with a bias where there is one, and is added to what is there when asked", async () => {
  const cases = (bias: boolean): KernelCase<Conv2dInputGradProblem>[] =>
    problems.flatMap(({ name, p, weight, dy, x }, i) =>
      [false, true].map((accumulate) => {
        const expected: ExpectedOf = ([outputs, kernel, channels], before) => {
          const { value, magnitude, terms } = conv2dInputGradReference(p, outputs!, kernel!, channels ?? null);
          const kept = (at: number) => (accumulate ? before[at]! : 0);
          return { value: value.map((v, at) => v + kept(at)), magnitude: magnitude.map((v, at) => v + Math.abs(kept(at))), terms };
        };
        return {
          name: `${name} ${accumulate ? "added" : "written"}`,
          problem: { ...p, accumulate },
          reads: bias ? [dy, weight, randomValues(900 + i, p.inChannels)] : [dy, weight],
          writes: [{ before: x, expected }],
        };
      }),
    );
  const checks = [
    ...(await checkKernel(device, conv2dInputGradKernel, cases(false))),
    ...(await checkKernel(device, convTranspose2dBiasKernel, cases(true))),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["direct", "registerTile"]));
});

test("the partial sums of the weight's gradient add up to its definition for any number of splits", async () => {
  for (const splits of [1, 2, 3, 5]) {
    const cases: KernelCase<Conv2dWeightGradProblem>[] = problems.map(({ name, p, x, dy, weight }) => {
      // Each split is a convolution over a range of output rows: the reference of the whole with the other rows' dy at zero.
      const rows = p.batch * p.outHeight;
      const rowSize = p.outWidth * p.outChannels;
      const perSplit = Math.ceil(rows / splits);
      const expected: ExpectedOf = ([outputs, image]) => {
        const parts = Array.from({ length: splits }, (_, split) =>
          conv2dWeightGradReference(
            p,
            outputs!.map((v, i) => (Math.floor(i / rowSize / perSplit) === split ? v : 0)),
            image!,
          ),
        );
        const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
        return { value: join((part) => part.value), magnitude: join((part) => part.magnitude), terms: parts[0]!.terms };
      };
      return {
        name: `${name} in ${splits}`,
        problem: { ...p, splits },
        reads: [dy, x],
        writes: [{ before: new Float32Array(splits * weight.length), expected }],
      };
    });
    const checks = await checkKernel(device, conv2dWeightGradKernel, cases);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
    expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["direct", "registerTile"]));
  }
});
