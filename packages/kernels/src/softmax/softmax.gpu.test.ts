import { decodeFloat16, encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type ExpectedOf, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { logSumExpMergeKernel, logSumExpPartialKernel } from "./logSumExp.ts";
import { logSoftmaxGradReference, logSoftmaxReference, logSumExpReference, softmaxGradReference, softmaxReference } from "./reference.ts";
import { softmaxGradKernel, softmaxKernel } from "./softmax.ts";
import { softmaxGradSumsKernel } from "./softmaxGradSums.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
/** Numbers that f16 holds, so that the sums computed from them belong to them in either storage. */
const asHalves = (data: Float32Array) => decodeFloat16(encodeFloat16(data));
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
      const maps = outer * inner;
      const expected: ExpectedOf = ([x]) => {
        const value = new Float64Array(2 * splits * maps);
        const magnitude = new Float64Array(value.length);
        for (let split = 0; split < splits; split++)
          for (let map = 0; map < maps; map++) {
            const base = Math.floor(map / inner) * length * inner + (map % inner);
            const [start, end] = range(length, splits, split);
            const logits = Array.from({ length: end - start }, (_, j) => scale * x![base + (start + j) * inner]!);
            const [at, sumAt] = [split * maps + map, (splits + split) * maps + map];
            value[at] = Math.max(Math.fround(-3.4028234e38), ...logits);
            magnitude[at] = Math.abs(value[at]!);
            for (const logit of logits) {
              const term = Math.exp(logit - value[at]!);
              value[sumAt]! += term;
              magnitude[sumAt]! += term * (2 + 2 * Math.abs(logit - value[at]!) + Math.abs(logit));
            }
          }
        return { value, magnitude, terms: length };
      };
      return {
        name: `${JSON.stringify(axis)} in ${splits}`,
        problem: { ...axis, splits, scale },
        reads: [randomValues(i + 1, outer * length * inner, -9, 90)],
        writes: [{ before: new Float32Array(2 * splits * maps), expected }],
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
      const x = asHalves(randomValues(i + 40, axis.outer * axis.length * axis.inner, -8, 8));
      const expected: ExpectedOf = ([logits]) => (logarithm ? logSoftmaxReference : softmaxReference)(axis, logits!);
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
        const x = asHalves(randomValues(i + 60, outer * length * inner, -3, 3));
        const expected: ExpectedOf = ([logits, , dy]) => {
          const y = softmaxReference(axis, logits!);
          const value = new Float64Array(splits * outer * inner);
          const magnitude = new Float64Array(value.length);
          for (let split = 0; split < splits; split++)
            for (let map = 0; map < outer * inner; map++) {
              const [start, end] = range(length, splits, split);
              for (let j = start; j < end; j++) {
                const at = (Math.floor(map / inner) * length + j) * inner + (map % inner);
                value[split * outer * inner + map]! += dy![at]! * (logarithm ? 1 : y.value[at]!);
                magnitude[split * outer * inner + map]! += Math.abs(dy![at]!) * (logarithm ? 1 : y.magnitude[at]!);
              }
            }
          return { value, magnitude, terms: length };
        };
        return {
          name: `${logarithm ? "log " : ""}${JSON.stringify(axis)} in ${splits}`,
          problem: { ...axis, splits, logarithm },
          reads: [x, single(logSumExpReference(axis, exact(x), 1).value), randomValues(i + 70, x.length)],
          writes: [{ before: new Float32Array(splits * outer * inner), expected }],
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
      const x = asHalves(randomValues(i + 80, outer * length * inner, -2, 2));
      const y = softmaxReference(axis, exact(x));
      const dy = asHalves(randomValues(i + 90, x.length));
      const sums = new Float64Array(outer * inner);
      for (const [at, g] of dy.entries()) {
        sums[Math.floor(at / (length * inner)) * inner + (at % inner)]! += g * (logarithm ? 1 : y.value[at]!);
      }
      return {
        name: `${logarithm ? "log " : ""}${JSON.stringify(axis)}`,
        problem: { ...axis, splits: i + 1, logarithm },
        reads: [x, single(logSumExpReference(axis, exact(x), 1).value), dy, single(sums)],
        writes: [
          {
            before: new Float32Array(x.length),
            expected: ([logits, , gradient]: readonly Float64Array[]) =>
              (logarithm ? logSoftmaxGradReference : softmaxGradReference)(axis, logits!, gradient!),
          },
        ],
      };
    }),
  );
  expect(failed(await checkKernel(device, softmaxGradKernel, cases))).toEqual([]);
});
