import { openDevice } from "@kindling/gpu";
import { checkKernel, conv2dProblemOf, type ExpectedOf, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type Conv2dForwardProblem, conv2dKernel } from "../conv2d/conv2d.ts";
import type { Conv2dProblem } from "../conv2d/conv2dProblem.ts";
import { conv2dInputGradReference, conv2dReference } from "../conv2d/reference.ts";
import { type Conv2dInputGradProblem, conv2dInputGradKernel } from "../conv2dInputGrad/conv2dInputGrad.ts";
import type { Kernel, Problem } from "../kernel.ts";
import type { Reference } from "../reference.ts";
import { hasMatricesOf, matrixSides, matrixTile } from "./matrixTile.ts";

const device = await openDevice();
const side = matrixSides.find((one) => hasMatricesOf(matrixTile(one, 1, 1), device.capabilities, []));

/** The kernel with no variants but those of subgroup matrices. */
function byMatrices<P extends Problem>(kernel: Kernel<P>): Kernel<P> {
  const [first, ...others] = kernel.variants.filter(({ id }) => id.startsWith("subgroupMatrix"));
  return { ...kernel, variants: [first!, ...others] };
}

/** y is a range of a wider tensor; channels are read four at a time or one by one; several tiles both ways, the last of each in part. */
const convolutions: readonly Conv2dProblem[] = [
  { ...conv2dProblemOf({ x: [3, 9, 13, 20], weight: [3, 3, 20, 76], stride: 1, padding: 1 }), yChannels: 96, yOffset: 8 },
  { ...conv2dProblemOf({ x: [2, 12, 11, 19], weight: [3, 2, 19, 70], stride: 2, padding: 1 }), yChannels: 77, yOffset: 5 },
  conv2dProblemOf({ x: [1, 15, 7, 68], weight: [1, 1, 68, 36], stride: 2, padding: 0 }),
];

test.skipIf(side === undefined)(
  "a convolution by matrices may own a part of y, and so may its input gradient's dy (skipped without subgroup matrices)",
  async () => {
    const checks = (
      await Promise.all([
        checkKernel(
          device,
          byMatrices(conv2dKernel),
          convolutions.map((p, i) => forward(p, randomWeight(p, i), i)),
        ),
        checkKernel(
          device,
          byMatrices(conv2dInputGradKernel),
          convolutions.map((p, i) => inputGrad(p, randomWeight(p, i), i)),
        ),
      ])
    ).flat();
    expect(checks.map(({ kernel, variant, dtype }) => `${kernel} ${variant} ${dtype}`)).toEqual(
      ["conv2d", "conv2dInputGrad"].flatMap((kernel) => convolutions.map(() => `${kernel} subgroupMatrix${side} f16`)),
    );
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  },
);

test.skipIf(side === undefined)(
  "an infinite weight whose tap lies in padding, or in no output, adds nothing there (skipped without subgroup matrices)",
  async () => {
    const infinite = (p: Conv2dProblem, i: number) => {
      const weight = randomWeight(p, i);
      weight[0] = Number.POSITIVE_INFINITY; // of the upper left tap
      weight[weight.length - 1] = Number.NaN; // of the lower right one
      return weight;
    };
    const checks = [
      ...(await checkKernel(
        device,
        byMatrices(conv2dKernel),
        convolutions.map((p, i) => forward(p, infinite(p, i), i)),
      )),
      ...(await checkKernel(
        device,
        byMatrices(conv2dInputGradKernel),
        convolutions.map((p, i) => inputGrad(p, infinite(p, i), i)),
      )),
    ];
    expect(checks).toHaveLength(2 * convolutions.length);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  },
);

function randomWeight(p: Conv2dProblem, i: number): Float32Array {
  return randomValues(3 * i + 1, p.kernelHeight * p.kernelWidth * p.inChannels * p.outChannels);
}

function forward(p: Conv2dProblem, weight: Float32Array, i: number): KernelCase<Conv2dForwardProblem> {
  const x = randomValues(3 * i + 2, p.batch * p.height * p.width * p.inChannels, 0.5, 1);
  const before = new Float32Array(p.batch * p.outHeight * p.outWidth * p.yChannels).fill(0.25);
  const expected: ExpectedOf = ([image, kernel], before) => spread(p, conv2dReference(p, image!, kernel!, null), before);
  return { name: `forward ${i}`, problem: { ...p, activation: "none" }, reads: [x, weight], writes: [{ before, expected }] };
}

function inputGrad(p: Conv2dProblem, weight: Float32Array, i: number): KernelCase<Conv2dInputGradProblem> {
  const dy = randomValues(3 * i + 3, p.batch * p.outHeight * p.outWidth * p.yChannels, 0.5, 1);
  const before = new Float32Array(p.batch * p.height * p.width * p.inChannels);
  const expected: ExpectedOf = ([upstream, kernel]) => conv2dInputGradReference(p, gathered(p, upstream!), kernel!);
  return { name: `input gradient ${i}`, problem: { ...p, accumulate: false }, reads: [dy, weight], writes: [{ before, expected }] };
}

/** The dense y of a convolution inside the tensor that it owns a part of, the rest of which stays as it was. */
function spread(p: Conv2dProblem, { value, magnitude, terms }: Reference, before: Float64Array): Reference {
  const [values, magnitudes] = [before.slice(), before.map(Math.abs)];
  for (let at = 0; at < value.length; at++) {
    const place = Math.floor(at / p.outChannels) * p.yChannels + p.yOffset + (at % p.outChannels);
    values[place] = value[at]!;
    magnitudes[place] = magnitude[at]!;
  }
  return { value: values, magnitude: magnitudes, terms };
}

/** That part, densely. */
function gathered(p: Conv2dProblem, wide: Float64Array): Float64Array {
  return Float64Array.from(
    { length: (wide.length / p.yChannels) * p.outChannels },
    (_, at) => wide[Math.floor(at / p.outChannels) * p.yChannels + p.yOffset + (at % p.outChannels)]!,
  );
}
