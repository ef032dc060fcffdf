import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { AxisProblem } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";
import { smoothL1GradReference, smoothL1Reference } from "./reference.ts";
import { smoothL1GradKernel, smoothL1Kernel } from "./smoothL1.ts";

const device = await openDevice();
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));

/** Differences on both sides of beta; with a beta of 0 the loss is L1. */
const calls = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 2, length: 35, inner: 3 },
  { outer: 3, length: 96, inner: 4 },
  { outer: 1, length: 117, inner: 17 },
].flatMap((axis, i) =>
  [0, 0.25, 1].map((beta) => {
    const size = axis.outer * axis.length * axis.inner;
    return {
      axis,
      beta,
      name: `${JSON.stringify(axis)} beta ${beta}`,
      prediction: randomValues(3 * i + 1, size),
      target: randomValues(3 * i + 2, size),
      weight: randomValues(3 * i + 3, axis.outer * axis.inner, 0, 1.5).map((value) => (value < 0.3 ? 0 : value)),
    };
  }),
);

test("losses of each range equal their definition", async () => {
  const cases = calls.flatMap(({ name, axis, beta, prediction, target, weight }) =>
    [1, 4, 50].map((splits) => ({
      name: `${name} in ${splits}`,
      problem: { ...axis, splits, beta },
      reads: [prediction, target, weight, Float32Array.of(0.125)],
      writes: [
        {
          before: new Float32Array(splits * weight.length),
          expected: (reads: readonly Float64Array[]) => ranges({ ...axis, splits }, reads, beta),
        },
      ],
    })),
  );
  expect(failed(await checkKernel(device, smoothL1Kernel, cases))).toEqual([]);
});

test("gradients of both operands equal their definition, 0 where prediction and target are equal, NaN where one is", async () => {
  const cases = calls.flatMap(({ name, axis, beta, prediction, target, weight }) =>
    ([1, -1] as const).map((sign) => {
      const values = Float32Array.from(prediction);
      if (values.length > 2) values.set([target[0]!, Number.NaN]);
      return {
        name: `${name} ${sign}`,
        problem: { ...axis, splits: Math.ceil(axis.length / 7), beta, sign },
        reads: [values, target, weight, Float32Array.of(0.125), Float32Array.of(-3)],
        writes: [
          {
            before: new Float32Array(values.length),
            expected: ([predicted, targets, weights]: readonly Float64Array[]) =>
              smoothL1GradReference(axis, predicted!, targets!, weights!, 0.125, beta, -3, sign),
          },
        ],
      };
    }),
  );
  expect(failed(await checkKernel(device, smoothL1GradKernel, cases))).toEqual([]);
});

/** The reference of each range: what lies outside it counts nothing when the prediction equals the target there. */
function ranges(p: AxisProblem, [prediction, target, weight]: readonly Float64Array[], beta: number): Reference {
  const perSplit = Math.ceil(p.length / p.splits);
  const parts = Array.from({ length: p.splits }, (_, split) => {
    const within = prediction!.map((value, at) =>
      Math.floor((Math.floor(at / p.inner) % p.length) / perSplit) === split ? value : target![at]!,
    );
    return smoothL1Reference(p, within, target!, weight!, 0.125, beta);
  });
  const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return { value: join(({ value }) => value), magnitude: join(({ magnitude }) => magnitude), terms: p.length };
}
