import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Reference } from "../reference.ts";
import { mseGradKernel, weightedMseGradKernel, weightedMseKernel } from "./mse.ts";
import { weightedMseGradReference, weightedMseReference } from "./reference.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
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
    [1, 4, 50].map((splits) => {
      const perSplit = Math.ceil(axis.length / splits);
      const parts = Array.from({ length: splits }, (_, split) => {
        const within = prediction.map((value, at) =>
          Math.floor((Math.floor(at / axis.inner) % axis.length) / perSplit) === split ? value : target[at]!,
        );
        return weightedMseReference(axis, exact(within), exact(target), exact(weight));
      });
      const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
      return {
        name: `${JSON.stringify(axis)} in ${splits}`,
        problem: { ...axis, splits },
        reads: [prediction, target, weight],
        writes: [
          {
            before: new Float32Array(splits * weight.length),
            expected: { value: join(({ value }) => value), magnitude: join(({ magnitude }) => magnitude), terms: axis.length },
          },
        ],
      };
    }),
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
          expected: weightedMseGradReference(axis, exact(prediction), exact(target), exact(weight), 1.25, sign),
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
          expected: weightedMseGradReference(axis, exact(prediction), exact(target), ones, 1.25, 1),
        },
      ],
    };
  });
  const checks = await checkKernel(device, mseGradKernel, plain);
  expect(failed(checks)).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
