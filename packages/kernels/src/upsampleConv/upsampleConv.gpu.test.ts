import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { tapSumInputGradReference, tapSumReference, tapWeightGradReference, tapWeightReference } from "./reference.ts";
import { type TapAxisProblem, tapAxisSizes } from "./tapAxis.ts";
import { tapSumBiasKernel, tapSumKernel } from "./tapSum.ts";
import { tapSumInputGradKernel } from "./tapSumInputGrad.ts";
import { type TapWeightProblem, tapWeightGradKernel, tapWeightKernel } from "./tapWeight.ts";

const device = await openDevice();

/** Up by whole and broken ratios, the same size, down, from and to one pixel; with padding and without; whole vec4 and not. */
const axes: readonly TapAxisProblem[] = [
  { outer: 1, size: 1, outSize: 1, inner: 1, channels: 1, pixelChannels: 3 },
  { outer: 2, size: 1, outSize: 5, inner: 3, channels: 1, pixelChannels: 4 },
  { outer: 2, size: 3, outSize: 16, inner: 1, channels: 52, pixelChannels: 156 },
  { outer: 3, size: 2, outSize: 12, inner: 5, channels: 17, pixelChannels: 52 },
  { outer: 1, size: 23, outSize: 96, inner: 3, channels: 17, pixelChannels: 51 },
  { outer: 5, size: 17, outSize: 72, inner: 1, channels: 12, pixelChannels: 36 },
  { outer: 2, size: 7, outSize: 7, inner: 2, channels: 4, pixelChannels: 20 },
  { outer: 2, size: 9, outSize: 4, inner: 2, channels: 3, pixelChannels: 12 },
  { outer: 1, size: 13, outSize: 1, inner: 2, channels: 6, pixelChannels: 20 },
  { outer: 1, size: 40, outSize: 3, inner: 4, channels: 4, pixelChannels: 13 },
  { outer: 1, size: 8, outSize: 9, inner: 1, channels: 5, pixelChannels: 16 },
];

const calls = axes.map((problem, i) => {
  const { taps, sums } = tapAxisSizes(problem);
  const { outer, size, outSize, inner, channels } = problem;
  return {
    name: `[${outer},${size},${inner}] to ${outSize} with ${channels} channels`,
    problem,
    x: randomValues(3 * i + 1, taps),
    dy: randomValues(3 * i + 2, sums),
    bias: randomValues(3 * i + 3, channels),
  };
});

test("the sum of interpolated taps equals its float64 definition, with and without bias", async () => {
  const cases = (withBias: boolean): KernelCase<TapAxisProblem>[] =>
    calls.map(({ name, problem, x, dy, bias }) => ({
      name,
      problem,
      reads: withBias ? [x, bias] : [x],
      writes: [{ before: new Float32Array(dy.length), expected: ([taps, channels]) => tapSumReference(problem, taps!, channels ?? null) }],
    }));
  const checks = [
    ...(await checkKernel(device, tapSumKernel, cases(false))),
    ...(await checkKernel(device, tapSumBiasKernel, cases(true))),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("its gradient is the transposed sum, and zero in the padding and where no output reads", async () => {
  const cases: KernelCase<TapAxisProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [dy],
    writes: [{ before: x, expected: ([outputs]) => tapSumInputGradReference(problem, outputs!) }],
  }));
  const checks = await checkKernel(device, tapSumInputGradKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("the weight is reordered by taps and back without a bit changed", async () => {
  const problems: readonly TapWeightProblem[] = [
    { inChannels: 1, outChannels: 1, columnChannels: 4 },
    { inChannels: 5, outChannels: 4, columnChannels: 12 },
    { inChannels: 12, outChannels: 17, columnChannels: 52 },
  ];
  const reordered = (value: Float64Array) => ({ value, magnitude: value.map(() => 0), terms: 1 });
  const cases = problems.map((problem, i) => {
    const weight = randomValues(2 * i + 1, 9 * problem.inChannels * problem.outChannels);
    const tapWeight = randomValues(2 * i + 2, 3 * problem.inChannels * problem.columnChannels);
    return { name: `${problem.inChannels} to ${problem.outChannels}`, problem, weight, tapWeight };
  });
  const checks = [
    ...(await checkKernel(
      device,
      tapWeightKernel,
      cases.map(({ name, problem, weight, tapWeight }) => ({
        name,
        problem,
        reads: [weight],
        writes: [{ before: tapWeight, expected: ([values]) => reordered(tapWeightReference(problem, values!)) }],
      })),
    )),
    ...(await checkKernel(
      device,
      tapWeightGradKernel,
      cases.map(({ name, problem, weight, tapWeight }) => ({
        name,
        problem,
        reads: [tapWeight],
        writes: [{ before: weight, expected: ([values]) => reordered(tapWeightGradReference(problem, values!)) }],
      })),
    )),
  ];
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
});
