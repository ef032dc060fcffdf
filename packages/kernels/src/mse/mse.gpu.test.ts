import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { AxisProblem } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";
import { mseGradKernel, weightedMseGradKernel, weightedMseKernel } from "./mse.ts";
import { weightedMseGradReference, weightedMseReference } from "./reference.ts";

const device = await openDevice();
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));
const calls = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 2, length: 35, inner: 3 },
  { outer: 3, length: 96, inner: 4 },
  { outer: 1, length: 117, inner: 17 },
].map((axis, i) => {
  const size = axis.outer * axis.length * axis.inner;
  return {
    axis,
    prediction: randomValues(3 * i + 1, size),
    target: randomValues(3 * i + 2, size),
    weight: randomValues(3 * i + 3, axis.outer * axis.inner, 0, 1),
  };
});

test("weighted squares of each range equal their definition", async () => {
  const cases = calls.flatMap(({ axis, prediction, target, weight }) =>
    [1, 4, 50].map((splits) => ({
      name: `${JSON.stringify(axis)} in ${splits}`,
      problem: { ...axis, splits },
      reads: [prediction, target, weight],
      writes: [
        {
          before: new Float32Array(splits * weight.length),
          expected: (reads: readonly Float64Array[]) => ranges({ ...axis, splits }, reads),
        },
      ],
    })),
  );
  expect(failed(await checkKernel(device, weightedMseKernel, cases))).toEqual([]);
});

test("gradients of both operands are twice the weighted difference", async () => {
  const weighted = calls.flatMap(({ axis, prediction, target, weight }) =>
    ([1, -1] as const).map((sign) => ({
      name: `${JSON.stringify(axis)} ${sign}`,
      problem: { ...axis, splits: Math.ceil(axis.length / 7), scale: 2 * sign },
      reads: [prediction, target, weight, Float32Array.of(1.25)],
      writes: [
        {
          before: new Float32Array(prediction.length),
          expected: ([predicted, targets, weights]: readonly Float64Array[]) =>
            weightedMseGradReference(axis, predicted!, targets!, weights!, 1.25, sign),
        },
      ],
    })),
  );
  expect(failed(await checkKernel(device, weightedMseGradKernel, weighted))).toEqual([]);
  const plain = calls.map(({ axis, prediction, target }) => {
    const size = prediction.length;
    const ones = new Float64Array(axis.outer * axis.inner).fill(1 / size);
    return {
      name: `${size}`,
      problem: { size, scale: 2 / size },
      reads: [prediction, target, Float32Array.of(1.25)],
      writes: [
        {
          before: new Float32Array(size),
          expected: ([predicted, targets]: readonly Float64Array[]) => weightedMseGradReference(axis, predicted!, targets!, ones, 1.25, 1),
        },
      ],
    };
  });
  const checks = await checkKernel(device, mseGradKernel, plain);
  expect(failed(checks)).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

/** The reference of each range: what lies outside it counts nothing when the prediction equals the target there. */
function ranges(p: AxisProblem, [prediction, target, weight]: readonly Float64Array[]): Reference {
  const perSplit = Math.ceil(p.length / p.splits);
  const parts = Array.from({ length: p.splits }, (_, split) => {
    const within = prediction!.map((value, at) =>
      Math.floor((Math.floor(at / p.inner) % p.length) / perSplit) === split ? value : target![at]!,
    );
    return weightedMseReference(p, within, target!, weight!);
  });
  const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return { value: join(({ value }) => value), magnitude: join(({ magnitude }) => magnitude), terms: p.length };
}
