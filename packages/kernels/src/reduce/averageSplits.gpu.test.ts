import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { averageSplitsKernel } from "./averageSplits.ts";

const device = await openDevice();

test("the splits of each element are added and divided by the count", async () => {
  const cases = [
    { splits: 1, size: 1, count: 1 },
    { splits: 7, size: 67, count: 100 },
    { splits: 300, size: 3, count: 4801 },
  ].map((problem, i) => {
    const { splits, size, count } = problem;
    const partial = randomValues(i, splits * size);
    const column = (at: number) => Array.from({ length: splits }, (_, split) => partial[split * size + at]! / count);
    const sums = (term: (value: number) => number) =>
      Float64Array.from({ length: size }, (_, at) => column(at).reduce((sum, value) => sum + term(value), 0));
    return {
      name: `${splits} of ${size}`,
      problem,
      reads: [partial],
      writes: [
        { before: new Float32Array(size), expected: { value: sums((value) => value), magnitude: sums(Math.abs), terms: splits + 1 } },
      ],
    };
  });
  const checks = await checkKernel(device, averageSplitsKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});
