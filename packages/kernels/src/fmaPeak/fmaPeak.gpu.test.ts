import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { type FmaPeakProblem, fmaPeakKernel } from "./fmaPeak.ts";
import { fmaPeakReference } from "./reference.ts";

const device = await openDevice();

function caseOf(problem: FmaPeakProblem, x: Float32Array): KernelCase<FmaPeakProblem> {
  const writes = [
    { before: new Float32Array(problem.size), expected: (reads: readonly Float64Array[]) => fmaPeakReference(reads[0]!, problem) },
  ];
  return { name: JSON.stringify(problem), problem, reads: [x], writes };
}

test("each multiply–add of fmaPeak is done: its results are those of the chains in float64", async () => {
  const { f16, ...inF32 } = fmaPeakKernel;
  const problems: readonly FmaPeakProblem[] = [
    { size: 1, chains: 1, unroll: 1, rounds: 1, factor: 0.5, vector: false, workgroupSize: 64 },
    { size: 65, chains: 8, unroll: 16, rounds: 3, factor: -0.75, vector: false, workgroupSize: 32 },
    { size: 200, chains: 4, unroll: 7, rounds: 7, factor: 0.9375, vector: true, workgroupSize: 8 },
  ];
  const cases = problems.map((problem, i) => caseOf(problem, randomValues(i + 1, problem.size)));
  const checks = await checkKernel(device, inF32, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(fmaPeakKernel, checks)).toEqual([]);
});

test("it computes in what it is stored in: small integers, which f16 holds exactly, come out exactly", async () => {
  const problems: readonly FmaPeakProblem[] = [
    { size: 9, chains: 3, unroll: 2, rounds: 2, factor: 2, vector: false, workgroupSize: 8 },
    { size: 36, chains: 5, unroll: 5, rounds: 4, factor: -1, vector: true, workgroupSize: 64 },
  ];
  const cases = problems.map((problem) =>
    caseOf(
      problem,
      Float32Array.from({ length: problem.size }, (_, i) => (i % 9) - 4),
    ),
  );
  const checks = await checkKernel(device, fmaPeakKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  expect(checks.some(({ dtype }) => dtype === "f16")).toBe(device.capabilities.f16);
});
