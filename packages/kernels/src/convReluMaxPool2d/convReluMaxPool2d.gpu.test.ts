import { openDevice } from "@kindling/gpu";
import {
  checkKernel,
  convReluMaxPool2dCaseName,
  convReluMaxPool2dProblemOf,
  convReluMaxPool2dSizes,
  type KernelCase,
  randomValues,
  variantsNotRun,
} from "@kindling/proof";
import { expect, test } from "vitest";
import {
  type ConvReluMaxPool2dWeightGradProblem,
  convReluMaxPool2dWeightGradKernel,
} from "../convReluMaxPool2dWeightGrad/convReluMaxPool2dWeightGrad.ts";
import { hasSubgroupsOf } from "../wgsl/subgroupTile.wgsl.ts";
import { blockLaneSizes } from "./blockLanes.wgsl.ts";
import { convReluMaxPool2dKernel } from "./convReluMaxPool2d.ts";
import type { ConvReluMaxPool2dProblem } from "./convReluMaxPool2dProblem.ts";
import { convReluMaxPool2dReference, convReluMaxPool2dWeightGradReference } from "./reference.ts";

const device = await openDevice();
/** Variants for subgroups of sizes that this adapter does not have. */
const elsewhere = blockLaneSizes.filter((lanes) => !hasSubgroupsOf(lanes, device.capabilities)).map((lanes) => `subgroup${lanes}`);

/** Those of the op's cases, and SqueezeNet's with more blocks, rows and channels than a subgroup takes. */
const sizes = [
  ...convReluMaxPool2dSizes,
  {
    x: [2, 141, 40, 4],
    weight: [3, 3, 4, 36],
    stride: 2,
    padding: 0,
    pooling: { kernel: 3, stride: 2, padding: 0, ceilMode: true },
  },
];

/** Ways to fill x: no two sums equal; whole numbers, whose sums tie, often at zero; and values that comparisons treat specially. */
const fillings: Readonly<Record<string, (value: number, i: number) => number>> = {
  distinct: (value) => value,
  ties: (value) => Math.round(value),
  special: (value, i) => [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY][(i * 7 + Math.floor(8 * value)) & 63] ?? value,
};

const calls = sizes.flatMap((each, i) =>
  Object.entries(fillings).map(([filling, fill]) => {
    const problem = convReluMaxPool2dProblemOf(each);
    const { batch, height, width, inChannels, kernelHeight, kernelWidth, outHeight, outWidth, outChannels } = problem;
    // Of weights that are whole numbers too the sums are exact, in f16 also.
    const whole = (value: number) => (filling === "ties" ? Math.round(2 * value) : value);
    return {
      name: `${convReluMaxPool2dCaseName(each)} ${filling}`,
      problem,
      x: randomValues(4 * i, batch * height * width * inChannels).map(fill),
      weight: randomValues(4 * i + 1, kernelHeight * kernelWidth * inChannels * outChannels).map(whole),
      bias: randomValues(4 * i + 2, outChannels).map(whole),
      dz: randomValues(4 * i + 3, batch * outHeight * outWidth * outChannels),
      quads: batch * outHeight * outWidth * Math.ceil(outChannels / 4),
    };
  }),
);

test("y and argmax are those of convolution, ReLU and pooling in turn: the first of equal maxima, and NaN over everything", async () => {
  const cases: KernelCase<ConvReluMaxPool2dProblem>[] = calls.map(({ name, problem, x, weight, bias, dz, quads }) => ({
    name,
    problem,
    reads: [x, weight, bias],
    writes: [
      { before: new Float32Array(dz.length), expected: ([image, kernel, b]) => convReluMaxPool2dReference(problem, image!, kernel!, b!).y },
      {
        before: new Uint32Array(quads),
        expected: ([image, kernel, b]) => convReluMaxPool2dReference(problem, image!, kernel!, b!).argmax,
      },
    ],
  }));
  const checks = await checkKernel(device, convReluMaxPool2dKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(convReluMaxPool2dKernel, checks)).toEqual(elsewhere);
});

test("the weight's gradient multiplies each dz with what its maximum was computed from, in any number of splits", async () => {
  const cases: KernelCase<ConvReluMaxPool2dWeightGradProblem>[] = calls.flatMap(({ name, problem, x, weight, bias, dz }) => {
    const exact = [x, weight, bias].map((data) => Float64Array.from(data)) as [Float64Array, Float64Array, Float64Array];
    const { argmax } = convReluMaxPool2dReference(problem, ...exact);
    const finite = x.map((value) => (Number.isFinite(value) ? value : 0));
    return [1, 3].map((splits) => ({
      name: `${name} in ${splits}`,
      problem: { ...problem, splits },
      reads: [dz, argmax, finite],
      writes: [
        {
          before: new Float32Array(splits * weight.length),
          expected: ([gradient, places, image]) => {
            const each = Array.from({ length: splits }, (_, split) =>
              convReluMaxPool2dWeightGradReference(problem, partOf(problem, gradient!, split, splits), places!, image!),
            );
            const joined = (of: "value" | "magnitude") => Float64Array.from(each.flatMap((one) => [...one[of]]));
            return { value: joined("value"), magnitude: joined("magnitude"), terms: each[0]!.terms };
          },
        },
      ],
    }));
  });
  const checks = await checkKernel(device, convReluMaxPool2dWeightGradKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(convReluMaxPool2dWeightGradKernel, checks)).toEqual([]);
});

/** dz with zeros where pixels belong to other splits. */
function partOf(p: ConvReluMaxPool2dProblem, dz: Float64Array, split: number, splits: number): Float64Array {
  const perSplit = Math.ceil((p.batch * p.outHeight * p.outWidth) / splits);
  return dz.map((value, at) => (Math.floor(at / p.outChannels / perSplit) === split ? value : 0));
}
