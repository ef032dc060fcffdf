import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { type AccumulateProblem, accumulateKernel } from "./accumulate.ts";
import { accumulateReference } from "./reference.ts";

const device = await openDevice();

test("values are added to what is kept", async () => {
  const cases = [1, 35, 64, 260].flatMap((size, i) =>
    [0, 1].map((keep) => caseOf(randomValues(i + 1, size), randomValues(99 + i, size), keep)),
  );
  const checks = await checkKernel(device, accumulateKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(accumulateKernel, checks)).toEqual([]);
});

test("sums that are not kept leave no trace, be they NaN or infinite; kept, what is not finite never becomes finite again", async () => {
  const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];
  const pairs = [nan, infinity, -infinity, 1].flatMap((sum) => [nan, infinity, -infinity, -1].map((value) => [sum, value] as const));
  const cases = [15, 16].flatMap((size) => {
    const some = pairs.slice(0, size);
    const [sums, values] = [some.map(([sum]) => sum), some.map(([, value]) => value)];
    return [0, 1].map((keep) => caseOf(Float32Array.from(sums), Float32Array.from(values), keep));
  });
  const checks = await checkKernel(device, accumulateKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  const kept = accumulateReference(Float64Array.of(infinity), Float64Array.of(-infinity), 1);
  expect([...kept.value]).toEqual([nan]);
});

function caseOf(before: Float32Array, values: Float32Array, keep: number): KernelCase<AccumulateProblem> {
  return {
    name: `${values.length} elements, ${keep === 0 ? "begun anew" : "added"}`,
    problem: { size: values.length },
    reads: [values, Float32Array.of(keep)],
    writes: [{ before, expected: accumulateReference(Float64Array.from(before), Float64Array.from(values), keep) }],
  };
}
