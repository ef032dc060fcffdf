import { openDevice } from "@kindling/gpu";
import {
  checkKernel,
  conv2dCaseName,
  conv2dProblemOf,
  conv2dSizes,
  type ExpectedOf,
  type KernelCase,
  randomValues,
  variantsNotRun,
} from "@kindling/proof";
import { expect, test } from "vitest";
import { type Conv2dInputGradProblem, conv2dInputGradKernel, convTranspose2dBiasKernel } from "../conv2dInputGrad/conv2dInputGrad.ts";
import type { Reference } from "../reference.ts";
import { hasMatricesOf, matrixSides, matrixTile } from "../wgsl/matrixTile.ts";
import { hasSubgroupsOf } from "../wgsl/subgroupTile.wgsl.ts";
import { type Conv2dForwardProblem, conv2dBiasKernel, conv2dKernel } from "./conv2d.ts";
import { pixelLaneSizes } from "./pixelLanes.wgsl.ts";
import { conv2dInputGradReference, conv2dReference } from "./reference.ts";

const device = await openDevice();
/** Variants for subgroups, and subgroup matrices, of sizes that this adapter does not have. */
const elsewhere = [
  ...pixelLaneSizes.filter((lanes) => !hasSubgroupsOf(lanes, device.capabilities)).map((lanes) => `subgroup${lanes}`),
  ...matrixSides.filter((side) => !hasMatricesOf(matrixTile(side, 1, 1), device.capabilities, [])).map((side) => `subgroupMatrix${side}`),
];
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
  expect(variantsNotRun(conv2dKernel, checks)).toEqual(elsewhere);
  expect(variantsNotRun(conv2dBiasKernel, checks)).toEqual(elsewhere);
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
  expect(variantsNotRun(conv2dInputGradKernel, checks)).toEqual(elsewhere);
  expect(variantsNotRun(convTranspose2dBiasKernel, checks)).toEqual(elsewhere);
});

test("a tap that lies beside the image is left out of a depthwise convolution and its gradient, however large its weight", async () => {
  const p = conv2dProblemOf({ x: [1, 3, 6, 8], weight: [3, 3, 1, 8], stride: 1, padding: 1, groups: 8 });
  const weight = randomValues(1, 9 * 8).fill(Number.POSITIVE_INFINITY, 0, 8); // the upper left tap: no image of it at the first row and column
  const x = randomValues(2, 18 * 8, 0.5, 1);
  const forward: KernelCase<Conv2dForwardProblem> = {
    name: "infinite corner",
    problem: { ...p, activation: "none" },
    reads: [x, weight],
    writes: [{ before: new Float32Array(18 * 8), expected: ([image, kernel]) => conv2dReference(p, image!, kernel!, null) }],
  };
  const gradient: KernelCase<Conv2dInputGradProblem> = {
    name: "infinite corner",
    problem: { ...p, accumulate: false },
    reads: [x, weight],
    writes: [{ before: x, expected: ([dy, kernel]) => conv2dInputGradReference(p, dy!, kernel!, null) }],
  };
  const checks = [
    ...(await checkKernel(device, conv2dKernel, [forward])),
    ...(await checkKernel(device, conv2dInputGradKernel, [gradient])),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(checks.map(({ variant }) => variant)).toContain("depthwise");
});
