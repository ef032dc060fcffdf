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
import { conv2dWeightGradReference } from "../conv2d/reference.ts";
import type { Reference } from "../reference.ts";
import { variantsElsewhere } from "../testing/variantsElsewhere.ts";
import { subgroupSizes } from "../wgsl/subgroupTile.wgsl.ts";
import { type Conv2dWeightGradProblem, conv2dWeightGradKernel, weightGradSplits } from "./conv2dWeightGrad.ts";

const device = await openDevice();
const elsewhere = variantsElsewhere(subgroupSizes, device.capabilities);

/** Those of the convolutions, and sizes for each tile of the variants for subgroups: more rows and columns than one, all but whole, half of one. */
const sizes: typeof conv2dSizes = [
  ...conv2dSizes,
  { x: [2, 5, 6, 36], weight: [3, 3, 36, 33], stride: 1, padding: 1 },
  { x: [1, 7, 9, 16], weight: [3, 3, 16, 64], stride: 2, padding: 1 },
  { x: [2, 9, 7, 4], weight: [3, 3, 4, 64], stride: 2, padding: 0 },
  { x: [1, 6, 5, 6], weight: [3, 2, 6, 18], stride: 1, padding: 0, dilation: 2 },
  { x: [3, 4, 5, 24], weight: [1, 1, 24, 16], stride: 1, padding: 0 },
  { x: [1, 5, 4, 40], weight: [1, 1, 40, 136], stride: 2, padding: 0 },
];

test.each([1, 2, 5, 7])(
  "%i partial sums of the weight's gradient are its definition over as many ranges of the output pixels",
  async (splits) => {
    const cases = sizes.map((one, i): KernelCase<Conv2dWeightGradProblem> => {
      // dy is a range of the channels of a wider tensor in every other case.
      const p = conv2dProblemOf(one);
      const problem = i % 2 === 0 ? p : { ...p, yChannels: p.outChannels + 8, yOffset: 4 };
      const pixels = p.batch * p.outHeight * p.outWidth;
      const perSplit = Math.ceil(pixels / splits);
      const expected: ExpectedOf = ([dy, x]) => {
        // Each split is a convolution over a range of output pixels: the reference of the whole with the other pixels' dy at zero.
        const parts = Array.from({ length: splits }, (_, split) =>
          conv2dWeightGradReference(
            p,
            Float64Array.from({ length: pixels * p.outChannels }, (_, at) => {
              const pixel = Math.floor(at / p.outChannels);
              const inside = Math.floor(pixel / perSplit) === split;
              return inside ? dy![pixel * problem.yChannels + problem.yOffset + (at % p.outChannels)]! : 0;
            }),
            x!,
          ),
        );
        const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
        return { value: join((part) => part.value), magnitude: join((part) => part.magnitude), terms: parts[0]!.terms };
      };
      const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
      return {
        name: `${conv2dCaseName(one)} in ${splits}`,
        problem: { ...problem, splits },
        reads: [randomValues(2 * i, pixels * problem.yChannels), randomValues(2 * i + 1, size(one.x))],
        writes: [{ before: new Float32Array(splits * size(one.weight)).fill(Number.NaN), expected }],
      };
    });
    const checks = await checkKernel(device, conv2dWeightGradKernel, cases);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
    expect(variantsNotRun(conv2dWeightGradKernel, checks)).toEqual(elsewhere);
  },
);

test("a pixel whose tap lies in the padding is left out, whatever its gradient", async () => {
  const checks = [];
  for (const one of [
    { x: [1, 3, 3, 8], weight: [3, 3, 8, 32], stride: 1, padding: 1 },
    { x: [1, 3, 3, 8], weight: [3, 3, 1, 8], stride: 1, padding: 1, groups: 8 },
  ]) {
    const p = conv2dProblemOf(one);
    // Of the first pixel: its upper and left taps are padding.
    const dy = randomValues(1, 9 * p.outChannels).fill(Number.POSITIVE_INFINITY, 0, p.outChannels);
    const expected: ExpectedOf = ([dy, x]) => conv2dWeightGradReference(p, dy!, x!);
    const x = randomValues(2, 9 * 8, 0.5, 1);
    const writes = [{ before: new Float32Array((9 * 8 * p.outChannels) / p.groups), expected }];
    const name = `infinite corner, ${p.groups} groups`;
    checks.push(...(await checkKernel(device, conv2dWeightGradKernel, [{ name, problem: { ...p, splits: 1 }, reads: [dy, x], writes }])));
  }
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("splits are of 512 pixels at least, 128 of depthwise ones, and together a million numbers where there are pixels enough", () => {
  const splits = (batch: number, height: number, width: number) =>
    weightGradSplits(conv2dProblemOf({ x: [batch, height, width, 16], weight: [3, 3, 16, 64], stride: 1, padding: 1 }));
  expect(splits(1, 4, 5)).toBe(1);
  expect(splits(4, 17, 23)).toBe(3);
  expect(splits(128, 71, 95)).toBe(Math.ceil(1_000_000 / (9 * 16 * 64)));
  expect(weightGradSplits(conv2dProblemOf({ x: [4, 17, 23, 16], weight: [3, 3, 1, 16], stride: 1, padding: 1, groups: 16 }))).toBe(12);
});
