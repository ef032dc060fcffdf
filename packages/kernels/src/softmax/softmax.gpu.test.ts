import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Reference } from "../reference.ts";
import { logSumExpMergeKernel, logSumExpPartialKernel } from "./logSumExp.ts";
import { logSoftmaxGradReference, logSoftmaxReference, logSumExpReference, softmaxGradReference, softmaxReference } from "./reference.ts";
import { softmaxGradKernel, softmaxKernel } from "./softmax.ts";
import { softmaxGradSumsKernel } from "./softmaxGradSums.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
const single = (data: Float64Array) => Float32Array.from(data);
const axes = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 2, length: 35, inner: 3 },
  { outer: 3, length: 96, inner: 4 },
  { outer: 1, length: 117, inner: 17 },
  { outer: 6, length: 192, inner: 1 },
];
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));

/** Range of `split` of `splits`. */
function range(length: number, splits: number, split: number): [number, number] {
  const part = Math.ceil(length / splits);
  return [Math.min(length, split * part), Math.min(length, (split + 1) * part)];
}

test("each range of a log-sum-exp has its maximum and the sum of exponentials below it, also the empty ones", async () => {
  const cases = axes.flatMap((axis, i) =>
    [1, 2, 5, 40].map((splits) => {
      const { outer, length, inner } = axis;
      const scale = 0.75;
      const x = randomValues(i + 1, outer * length * inner, -9, 90);
      const maps = outer * inner;
      const value = new Float64Array(2 * splits * maps);
      const magnitude = new Float64Array(value.length);
      for (let split = 0; split < splits; split++)
        for (let map = 0; map < maps; map++) {
          const base = Math.floor(map / inner) * length * inner + (map % inner);
          const [start, end] = range(length, splits, split);
          const logits = Array.from({ length: end - start }, (_, j) => scale * x[base + (start + j) * inner]!);
          const [at, sumAt] = [split * maps + map, (splits + split) * maps + map];
          value[at] = Math.max(Math.fround(-3.4028234e38), ...logits);
          magnitude[at] = Math.abs(value[at]!);
          for (const logit of logits) {
            const term = Math.exp(logit - value[at]!);
            value[sumAt]! += term;
            magnitude[sumAt]! += term * (2 + 2 * Math.abs(logit - value[at]!) + Math.abs(logit));
          }
        }
      return {
        name: `${JSON.stringify(axis)} in ${splits}`,
        problem: { ...axis, splits, scale },
        reads: [x],
        writes: [{ before: new Float32Array(value.length), expected: { value, magnitude, terms: length } }],
      };
    }),
  );
  expect(failed(await checkKernel(device, logSumExpPartialKernel, cases))).toEqual([]);
});

test("merging ranges gives the logarithm of the sum of all exponentials", async () => {
  const cases = [1, 2, 7].map((splits) => {
    const size = 70;
    const largest = randomValues(splits, splits * size, -50, 300);
    const sums = randomValues(splits + 10, splits * size, 1, 20);
    const value = Float64Array.from({ length: size }, (_, map) => {
      const parts = Array.from({ length: splits }, (_, split) => largest[split * size + map]! + Math.log(sums[split * size + map]!));
      return logSumExpReference({ outer: 1, length: splits, inner: 1 }, Float64Array.from(parts), 1).value[0]!;
    });
    return {
      name: `${splits} ranges`,
      problem: { splits, size },
      reads: [Float32Array.of(...largest, ...sums)],
      writes: [{ before: new Float32Array(size), expected: { value, magnitude: value.map((v) => Math.abs(v) + 4), terms: 2 } }],
    };
  });
  expect(failed(await checkKernel(device, logSumExpMergeKernel, cases))).toEqual([]);
});

test("softmax and its logarithm are what remains after the log-sum-exp", async () => {
  const cases = axes.flatMap((axis, i) =>
    [false, true].map((logarithm) => {
      const x = randomValues(i + 40, axis.outer * axis.length * axis.inner, -8, 8);
      const expected = (logarithm ? logSoftmaxReference : softmaxReference)(axis, exact(x));
      return {
        name: `${logarithm ? "log " : ""}${JSON.stringify(axis)}`,
        problem: { ...axis, splits: i + 1, logarithm },
        reads: [x, single(logSumExpReference(axis, exact(x), 1).value)],
        writes: [{ before: new Float32Array(x.length), expected }],
      };
    }),
  );
  expect(failed(await checkKernel(device, softmaxKernel, cases))).toEqual([]);
});

test("the gradient's sums are those of each range", async () => {
  const cases = axes.flatMap((axis, i) =>
    [false, true].flatMap((logarithm) =>
      [1, 3, 40].map((splits) => {
        const { outer, length, inner } = axis;
        const [y, dy] = [randomValues(i + 60, outer * length * inner, -3, 0), randomValues(i + 70, outer * length * inner)];
        const expected: Reference = {
          value: new Float64Array(splits * outer * inner),
          magnitude: new Float64Array(splits * outer * inner),
          terms: length,
        };
        for (let split = 0; split < splits; split++)
          for (let map = 0; map < outer * inner; map++) {
            const [start, end] = range(length, splits, split);
            for (let j = start; j < end; j++) {
              const at = (Math.floor(map / inner) * length + j) * inner + (map % inner);
              const term = dy[at]! * (logarithm ? 1 : y[at]!);
              expected.value[split * outer * inner + map]! += term;
              expected.magnitude[split * outer * inner + map]! += Math.abs(term);
            }
          }
        return {
          name: `${logarithm ? "log " : ""}${JSON.stringify(axis)} in ${splits}`,
          problem: { ...axis, splits, logarithm },
          reads: [y, dy],
          writes: [{ before: new Float32Array(expected.value.length), expected }],
        };
      }),
    ),
  );
  expect(failed(await checkKernel(device, softmaxGradSumsKernel, cases))).toEqual([]);
});

test("the gradient is that of the Jacobian", async () => {
  const cases = axes.flatMap((axis, i) =>
    [false, true].map((logarithm) => {
      const { outer, length, inner } = axis;
      const x = exact(randomValues(i + 80, outer * length * inner, -2, 2));
      const y = single((logarithm ? logSoftmaxReference : softmaxReference)(axis, x).value);
      const dy = randomValues(i + 90, y.length);
      const sums = new Float64Array(outer * inner);
      for (const [at, g] of dy.entries()) {
        sums[Math.floor(at / (length * inner)) * inner + (at % inner)]! += g * (logarithm ? 1 : y[at]!);
      }
      const expected = (logarithm ? logSoftmaxGradReference : softmaxGradReference)(axis, exact(y), exact(dy));
      // The reference's softmax factor has Σ y = 1 only to the rounding of y.
      const magnitude = expected.magnitude.map((m, at) => m + Math.abs(dy[at]!) * (logarithm ? 2 : y[at]!));
      return {
        name: `${logarithm ? "log " : ""}${JSON.stringify(axis)}`,
        problem: { ...axis, splits: i + 1, logarithm },
        reads: [y, dy, single(sums)],
        writes: [{ before: new Float32Array(y.length), expected: { ...expected, magnitude } }],
      };
    }),
  );
  expect(failed(await checkKernel(device, softmaxGradKernel, cases))).toEqual([]);
});
