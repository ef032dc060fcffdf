import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { sumReference } from "./reference.ts";
import { type SumRangeProblem, sumRangeKernel } from "./sumRange.ts";

const device = await openDevice();

test("a range is added to its place, none is 0, and the other places stay", async () => {
  const x = randomValues(1, 5000);
  const cases = [
    [0, 1],
    [3, 0],
    [7, 255],
    [100, 257],
    [900, 4100],
  ].map(([start = 0, size = 0], i): KernelCase<SumRangeProblem> => {
    const sum = sumReference(Float64Array.from(x.subarray(start, start + size)), 1);
    const before = randomValues(20 + i, 5);
    const [value, magnitude] = [Float64Array.from(before), new Float64Array(5)];
    [value[i], magnitude[i]] = [sum.value[0]!, sum.magnitude[0]!];
    return {
      name: `${start} + ${size}`,
      problem: { start, size, position: i },
      reads: [x],
      writes: [{ before, expected: { value, magnitude, terms: size } }],
    };
  });
  const checks = await checkKernel(device, sumRangeKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(sumRangeKernel, checks)).toEqual([]);
});
