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
import {
  type Conv2dInputGradProblem,
  conv2dInputGradKernel,
  conv2dInputGradMaskedKernel,
  convTranspose2dBiasKernel,
} from "../conv2dInputGrad/conv2dInputGrad.ts";
import type { Kernel } from "../kernel.ts";
import type { Reference } from "../reference.ts";
import { variantsElsewhere } from "../testing/variantsElsewhere.ts";
import { type Conv2dForwardProblem, conv2dBiasKernel, conv2dKernel } from "./conv2d.ts";
import type { Conv2dProblem } from "./conv2dProblem.ts";
import { pixelLaneSizes } from "./pixelLanes.wgsl.ts";
import { conv2dInputGradReference, conv2dReference } from "./reference.ts";

const device = await openDevice();
const elsewhere = variantsElsewhere(pixelLaneSizes, device.capabilities);
/**
 * For the variants for workgroups, which have many sources: more than a tile of each forward and back, none of them whole; stride 2; channels that no
 * vec4 divides, of y and of x, dilation.
 */
const tileSizes: typeof conv2dSizes = [
  { x: [2, 11, 9, 40], weight: [3, 3, 40, 52], stride: 1, padding: 1 },
  { x: [3, 23, 13, 20], weight: [3, 3, 20, 12], stride: 2, padding: 1 },
  { x: [1, 9, 15, 20], weight: [3, 3, 20, 17], stride: 1, padding: 0 },
  { x: [2, 9, 8, 17], weight: [3, 3, 17, 12], stride: 2, padding: 2, dilation: 3 },
];
const problems = [...conv2dSizes, ...tileSizes].map((sizes, i) => {
  const tiled = i >= conv2dSizes.length;
  const dense = conv2dProblemOf(sizes);
  // y is a range of the channels of a wider tensor.
  const p = tiled ? { ...dense, yChannels: dense.outChannels + 8, yOffset: 4 } : dense;
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  const ySize = p.batch * p.outHeight * p.outWidth * p.yChannels;
  return {
    name: conv2dCaseName(sizes),
    tiled,
    p,
    x: randomValues(4 * i + 1, size(sizes.x)),
    weight: randomValues(4 * i + 2, size(sizes.weight)),
    bias: randomValues(4 * i + 3, p.outChannels),
    dy: randomValues(4 * i + 4, ySize),
    ySize,
  };
});

/** A kernel without its variants for workgroups. */
const untiled = <P extends Conv2dProblem>(kernel: Kernel<P>): Kernel<P> => {
  const [plain, ...others] = kernel.variants;
  return { ...kernel, variants: [plain, ...others.filter(({ id }) => !id.startsWith("workgroup"))] };
};

/** Where the values of a dense y lie in the tensor that holds them. */
const placesOf = ({ outChannels, yChannels, yOffset }: Conv2dProblem, values: number): number[] =>
  Array.from({ length: values }, (_, i) => Math.floor(i / outChannels) * yChannels + yOffset + (i % outChannels));

/** A reference of y within the tensor that holds it; what lies beside it stays as it was. */
function placed(p: Conv2dProblem, { value, magnitude, terms }: Reference, before: Float64Array): Reference {
  const all = { value: before.slice(), magnitude: before.map(Math.abs), terms };
  for (const [i, at] of placesOf(p, value.length).entries()) {
    all.value[at] = value[i]!;
    all.magnitude[at] = magnitude[i]!;
  }
  return all;
}

/** ReLU of a reference: rounding near the kink moves the value no more than the sum. */
const relu = ({ value, magnitude, terms }: Reference): Reference => ({ value: value.map((v) => Math.max(v, 0)), magnitude, terms });

test("conv2d equals its float64 definition in every variant, with and without bias and ReLU", async () => {
  const cases = (bias: boolean, tiled: boolean): KernelCase<Conv2dForwardProblem>[] =>
    problems
      .filter((problem) => problem.tiled === tiled)
      .flatMap(({ name, p, x, weight, bias: b, dy, ySize }) =>
        (tiled ? ([bias ? "relu" : "none"] as const) : (["none", "relu"] as const)).map((activation) => {
          const expected: ExpectedOf = ([image, kernel, channels], before) => {
            const reference = conv2dReference(p, image!, kernel!, channels ?? null);
            return placed(p, activation === "relu" ? relu(reference) : reference, before);
          };
          return {
            name: `${name} ${activation}`,
            problem: { ...p, activation },
            reads: bias ? [x, weight, b] : [x, weight],
            writes: [{ before: tiled ? dy : new Float32Array(ySize), expected }],
          };
        }),
      );
  const checks = [
    ...(await checkKernel(device, untiled(conv2dKernel), cases(false, false))),
    ...(await checkKernel(device, untiled(conv2dBiasKernel), cases(true, false))),
    ...(await checkKernel(device, conv2dKernel, cases(false, true))),
    ...(await checkKernel(device, conv2dBiasKernel, cases(true, true))),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(conv2dKernel, checks)).toEqual(elsewhere);
  expect(variantsNotRun(conv2dBiasKernel, checks)).toEqual(elsewhere);
});

test("the gradient of the input is the transposed sum, with a bias where there is one, and is added to what is there when asked", async () => {
  const cases = (bias: boolean, tiled: boolean): KernelCase<Conv2dInputGradProblem>[] =>
    problems
      .filter((problem) => problem.tiled === tiled)
      .flatMap(({ name, p, weight, dy, x }, i) =>
        (tiled ? [bias] : [false, true]).map((accumulate) => {
          const expected: ExpectedOf = ([held, kernel, channels], before) => {
            const outputs = Float64Array.from(placesOf(p, p.batch * p.outHeight * p.outWidth * p.outChannels), (at) => held![at]!);
            const { value, magnitude, terms } = conv2dInputGradReference(p, outputs, kernel!, channels ?? null);
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
    ...(await checkKernel(device, untiled(conv2dInputGradKernel), cases(false, false))),
    ...(await checkKernel(device, untiled(convTranspose2dBiasKernel), cases(true, false))),
    ...(await checkKernel(device, conv2dInputGradKernel, cases(false, true))),
    ...(await checkKernel(device, convTranspose2dBiasKernel, cases(true, true))),
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

test("an infinite weight adds nothing where its tap lies in the padding or meets no output", async () => {
  for (const stride of [1, 2]) {
    const p = conv2dProblemOf({ x: [1, 9, 17, 16], weight: [3, 3, 16, 32], stride, padding: 1 });
    const weight = randomValues(1, 9 * 16 * 32);
    weight[0] = Number.POSITIVE_INFINITY; // of the upper left tap
    const [xSize, ySize] = [9 * 17 * 16, p.outHeight * p.outWidth * 32];
    const checks = [
      ...(await checkKernel(device, conv2dKernel, [
        {
          name: `forward, stride ${stride}`,
          problem: { ...p, activation: "none" },
          reads: [randomValues(2, xSize, 0.5, 1), weight],
          writes: [{ before: new Float32Array(ySize), expected: ([x, kernel]) => conv2dReference(p, x!, kernel!, null) }],
        },
      ])),
      ...(await checkKernel(device, conv2dInputGradKernel, [
        {
          name: `input gradient, stride ${stride}`,
          problem: { ...p, accumulate: false },
          reads: [randomValues(3, ySize, 0.5, 1), weight],
          writes: [{ before: new Float32Array(xSize), expected: ([dy, kernel]) => conv2dInputGradReference(p, dy!, kernel!) }],
        },
      ])),
    ];
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
    expect(checks.filter(({ variant }) => variant.startsWith("workgroup")).length).toBeGreaterThan(1);
  }
});

test("with a mask the gradient of the input is zero where the mask is not above zero", async () => {
  const cases: KernelCase<Conv2dInputGradProblem>[] = problems.flatMap(({ name, p, weight, dy, x }, i) => {
    const mask = randomValues(1000 + i, x.length).map((value, at) => [0, Number.NaN, value, value][at % 4]!);
    return [false, true].map((accumulate) => ({
      name: `${name} ${accumulate ? "added" : "written"}`,
      problem: { ...p, accumulate },
      reads: [dy, weight, mask],
      writes: [
        {
          before: x,
          expected: ([held, kernel, masks], before) => {
            const outputs = Float64Array.from(placesOf(p, p.batch * p.outHeight * p.outWidth * p.outChannels), (at) => held![at]!);
            const { value, magnitude, terms } = conv2dInputGradReference(p, outputs, kernel!);
            const kept = (at: number) => (accumulate ? before[at]! : 0);
            return {
              value: value.map((v, at) => (masks![at]! <= 0 ? 0 : v + kept(at))),
              magnitude: magnitude.map((v, at) => v + Math.abs(kept(at))),
              terms,
            };
          },
        },
      ],
    }));
  });
  const checks = await checkKernel(device, conv2dInputGradMaskedKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  const kernel = onThisAdapter({ kernel: conv2dInputGradMaskedKernel });
  expect(variantsNotRun(kernel, checks)).toEqual([]);
});

/** A kernel without the variants for subgroups of other adapters. */
function onThisAdapter({ kernel }: { readonly kernel: typeof conv2dInputGradMaskedKernel }): Pick<typeof kernel, "name" | "variants"> {
  const [plain, ...others] = kernel.variants;
  return { name: kernel.name, variants: [plain, ...others.filter(({ id }) => !elsewhere.includes(id))] };
}
