import { decodeFloat16, encodeFloat16, openDevice, sizeOf } from "@kindling/gpu";
import { batchNormShapes, checkKernel, type ExpectedOf, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { batchNormEvaluationInputGradKernel, batchNormTrainingInputGradKernel } from "../batchNormInputGrad/batchNormInputGrad.ts";
import { type BatchNormWeightGradProblem, batchNormWeightGradKernel } from "../batchNormWeightGrad/batchNormWeightGrad.ts";
import type { Reference } from "../reference.ts";
import { type BatchNormForwardProblem, batchNormKernel } from "./batchNorm.ts";
import type { BatchNormProblem } from "./batchNormProblem.ts";
import {
  batchNormEvaluationInputGradReference,
  batchNormReference,
  batchNormTrainingInputGradReference,
  batchNormWeightGradReference,
  batchStatisticsReference,
} from "./reference.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
/** Numbers that f16 holds, so that the statistics and sums computed from them belong to them in either storage. */
const asHalves = (data: Float32Array) => decodeFloat16(encodeFloat16(data));
const epsilon = 1e-3;

const calls = batchNormShapes.map((shape, i) => {
  const size = sizeOf(shape);
  const channels = shape.at(-1)!;
  const problem: BatchNormProblem = { rows: size / channels, channels, epsilon };
  const x = asHalves(randomValues(8 * i, size, -1, 3));
  const statistics = batchStatisticsReference(problem.rows, channels, exact(x));
  return {
    name: `[${shape}]`,
    problem,
    x,
    dy: asHalves(randomValues(8 * i + 1, size)),
    weight: randomValues(8 * i + 2, channels),
    bias: randomValues(8 * i + 3, channels),
    mean: Float32Array.from(statistics.mean),
    variance: Float32Array.from(statistics.variance),
  };
});

test("batchNorm equals its float64 definition in every variant, with and without ReLU", async () => {
  const cases: KernelCase<BatchNormForwardProblem>[] = calls.flatMap(({ name, problem, x, mean, variance, weight, bias }) =>
    (["none", "relu"] as const).map((activation) => {
      const p = { ...problem, activation };
      return {
        name: `${name} ${activation}`,
        problem: p,
        reads: [x, mean, variance, weight, bias],
        writes: [
          {
            before: new Float32Array(x.length),
            expected: ([input, ...perChannel]) => {
              const [center, spread, scale, shift] = perChannel;
              return batchNormReference(p, input!, center!, spread!, scale!, shift!);
            },
          },
        ],
      };
    }),
  );
  const checks = await checkKernel(device, batchNormKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("the ReLU of batchNorm lets NaN through", async () => {
  const channel = new Float32Array([1]);
  const expected = (): Reference => ({ value: Float64Array.of(Number.NaN, 0, 2), magnitude: Float64Array.of(0, 4, 4), terms: 3 });
  const problem: BatchNormForwardProblem = { rows: 3, channels: 1, epsilon: 0, activation: "relu" };
  const x = new Float32Array([Number.NaN, -3, 2]);
  const checks = await checkKernel(device, batchNormKernel, [
    { name: "NaN", problem, reads: [x, channel.map(() => 0), channel, channel, channel.map(() => 0)], writes: [{ before: x, expected }] },
  ]);
  expect(checks.every(({ errorToBound }) => errorToBound < 1)).toBe(true);
});

test("the partial sums of the gradients of weight and bias add up to their definition for any number of splits", async () => {
  for (const splits of [1, 2, 3, 5]) {
    const cases: KernelCase<BatchNormWeightGradProblem>[] = calls.map(({ name, problem, x, dy, mean, variance }) => {
      // A split is the whole with the other rows' dy at zero.
      const perSplit = Math.ceil(problem.rows / splits);
      const partial =
        (parameter: "dweight" | "dbias"): ExpectedOf =>
        ([gradient, input, center, spread]) => {
          const parts = Array.from({ length: splits }, (_, split) => {
            const own = gradient!.map((value, i) => (Math.floor(Math.floor(i / problem.channels) / perSplit) === split ? value : 0));
            return batchNormWeightGradReference(problem, own, input!, center!, spread!)[parameter];
          });
          return {
            value: Float64Array.from(parts.flatMap(({ value }) => [...value])),
            magnitude: Float64Array.from(parts.flatMap(({ magnitude }) => [...magnitude])),
            terms: parts[0]!.terms,
          };
        };
      const before = new Float32Array(splits * problem.channels);
      return {
        name: `${name} in ${splits}`,
        problem: { ...problem, splits },
        reads: [dy, x, mean, variance],
        writes: [
          { before, expected: partial("dweight") },
          { before, expected: partial("dbias") },
        ],
      };
    });
    const checks = await checkKernel(device, batchNormWeightGradKernel, cases);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  }
});

test("the gradient of x goes through the batch's mean and variance in training, past fixed ones in evaluation", async () => {
  const training: KernelCase<BatchNormProblem>[] = calls.map(({ name, problem, x, dy, mean, variance, weight }) => {
    const sums = batchNormWeightGradReference(problem, exact(dy), exact(x), exact(mean), exact(variance));
    return {
      name,
      problem,
      reads: [dy, x, mean, variance, weight, Float32Array.from(sums.dweight.value), Float32Array.from(sums.dbias.value)],
      writes: [
        {
          before: x,
          expected: ([gradient, input, center, spread, scale]) =>
            batchNormTrainingInputGradReference(problem, gradient!, input!, center!, spread!, scale!),
        },
      ],
    };
  });
  const evaluation: KernelCase<BatchNormProblem>[] = calls.map(({ name, problem, x, dy, variance, weight }) => ({
    name,
    problem,
    reads: [dy, variance, weight],
    writes: [
      {
        before: x,
        expected: ([gradient, spread, scale]) => batchNormEvaluationInputGradReference(problem, gradient!, spread!, scale!),
      },
    ],
  }));
  const checks = [
    ...(await checkKernel(device, batchNormTrainingInputGradKernel, training)),
    ...(await checkKernel(device, batchNormEvaluationInputGradKernel, evaluation)),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ kernel, variant }) => `${kernel}/${variant}`)).size).toBe(4);
});
