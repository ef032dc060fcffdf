import { openDevice } from "@kindling/gpu";
import { checkKernel, heatmapSizes, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Reference } from "../reference.ts";
import { adaptiveWingGradKernel, adaptiveWingKernel } from "./adaptiveWing.ts";
import type { AdaptiveWingProblem } from "./adaptiveWingProblem.ts";
import { adaptiveWingGradReference, adaptiveWingReference } from "./reference.ts";

const device = await openDevice();
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));
const paper = { omega: 14, theta: 0.5, epsilon: 1, alpha: 2.1, importanceWeight: 10, importanceThreshold: 0.2 };
const other = { omega: 3, theta: 0.8, epsilon: 0.25, alpha: 2.6, importanceWeight: 2, importanceThreshold: 0.95 };

/** Predictions far from the target, near it, so near that 1 + |d|^p is 1 in f32, and equal to it. */
const calls = heatmapSizes.flatMap((shape, i) =>
  [paper, other].flatMap((constants, j) =>
    [1, 1e-2, 1e-5, 0].map((distance, k) => {
      const seed = 30 * i + 10 * j + 2 * k;
      const [outer, length, width, inner] = shape as [number, number, number, number];
      const target = randomValues(seed + 1, outer * length * width * inner, 0, 1);
      return {
        name: `[${shape}] θ ${constants.theta}, distance ${distance}`,
        p: { outer, length, width, inner, splits: 1, ...constants },
        target,
        prediction: randomValues(seed + 2, target.length).map((value, at) => target[at]! + distance * value),
        mask: randomValues(seed + 3, outer * inner, 0, 1).map((value) => (value < 0.7 ? 1 : 0)),
      };
    }),
  ),
);

test("the loss of each range of rows equals its definition, however near the prediction is to the target", async () => {
  const cases = calls.flatMap(({ name, p, prediction, target, mask }) =>
    [1, 2, p.length].map((splits) => ({
      name: `${name} in ${splits}`,
      problem: { ...p, splits },
      reads: [prediction, target, mask, Float32Array.of(0.125)],
      writes: [
        { before: new Float32Array(splits * mask.length), expected: (reads: readonly Float64Array[]) => ranges({ ...p, splits }, reads) },
      ],
    })),
  );
  expect(failed(await checkKernel(device, adaptiveWingKernel, cases))).toEqual([]);
});

test("the gradient of the prediction equals its definition, and is 0 where prediction and target are equal", async () => {
  const cases = calls.flatMap(({ name, p, prediction, target, mask }) =>
    [1, p.length].map((splits) => ({
      name: `${name} in ${splits}`,
      problem: { ...p, splits },
      reads: [prediction, target, mask, Float32Array.of(0.125), Float32Array.of(-3)],
      writes: [
        {
          before: new Float32Array(prediction.length),
          expected: ([predicted, targets, visible]: readonly Float64Array[]) =>
            adaptiveWingGradReference(p, predicted!, targets!, visible!, 0.125, -3),
        },
      ],
    })),
  );
  expect(failed(await checkKernel(device, adaptiveWingGradKernel, cases))).toEqual([]);
});

/** The reference of each range of rows: rows outside it count nothing when the prediction equals the target there. */
function ranges(p: AdaptiveWingProblem, [prediction, target, mask]: readonly Float64Array[]): Reference {
  const rows = Math.ceil(p.length / p.splits);
  const rowSize = p.width * p.inner;
  const parts = Array.from({ length: p.splits }, (_, split) => {
    const within = prediction!.map((value, at) =>
      Math.floor((Math.floor(at / rowSize) % p.length) / rows) === split ? value : target![at]!,
    );
    return adaptiveWingReference(p, within, target!, mask!, 0.125);
  });
  const join = (pick: (part: Reference) => Float64Array) => Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return { value: join(({ value }) => value), magnitude: join(({ magnitude }) => magnitude), terms: parts[0]!.terms };
}
