import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { type FmaPeakProblem, fmaPeakKernel } from "./fmaPeak.ts";
import { fmaPeakReference } from "./reference.ts";

const device = await openDevice();

test("each multiply–add of fmaPeak is done: its results are those of the chains in float64", async () => {
  const cases = [
    { size: 1, chains: 1, rounds: 1, factor: 0.5 },
    { size: 65, chains: 8, rounds: 3, factor: -0.75 },
    { size: 200, chains: 16, rounds: 7, factor: 0.9375 },
  ].map((problem, i): KernelCase<FmaPeakProblem> => {
    const writes = [
      { before: new Float32Array(problem.size), expected: (reads: readonly Float64Array[]) => fmaPeakReference(reads[0]!, problem) },
    ];
    return { name: JSON.stringify(problem), problem, reads: [randomValues(i + 1, problem.size)], writes };
  });
  const checks = await checkKernel(device, fmaPeakKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(fmaPeakKernel, checks)).toEqual([]);
});
