import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { updateRunningStatisticsReference } from "./reference.ts";
import { type UpdateRunningStatisticsProblem, updateRunningStatisticsKernel } from "./updateRunningStatistics.ts";

const device = await openDevice();

test("running statistics move in place by momentum, the variance after Bessel's correction", async () => {
  const cases: KernelCase<UpdateRunningStatisticsProblem>[] = [
    { rows: 2, channels: 1, momentum: 0.1 },
    { rows: 12, channels: 67, momentum: 0.25 },
    { rows: 1_000_000, channels: 4, momentum: 1 },
  ].map((problem, i) => {
    const values = (seed: number) => randomValues(4 * i + seed, problem.channels, 0, 2);
    const [mean, variance, runningMean, runningVariance] = [values(0), values(1), values(2), values(3)];
    const { momentum, rows } = problem;
    return {
      name: `${rows} rows`,
      problem,
      reads: [mean, variance],
      writes: [
        { before: runningMean, expected: updateRunningStatisticsReference(runningMean, mean, momentum) },
        {
          before: runningVariance,
          expected: updateRunningStatisticsReference(
            runningVariance,
            variance.map((value) => (value * rows) / (rows - 1)),
            momentum,
          ),
        },
      ],
    };
  });
  // Of four channels the third alone has finite statistics.
  const [mean, variance] = [Float32Array.of(Number.NaN, 1, 2, 1), Float32Array.of(1, Number.POSITIVE_INFINITY, 2, Number.NaN)];
  const before = Float32Array.of(3, 4, 5, 6);
  const moved = (batch: Float32Array) => updateRunningStatisticsReference(before, before.with(2, batch[2]!), 0.5);
  cases.push({
    name: "not finite",
    problem: { rows: 1e9, channels: 4, momentum: 0.5, finiteOnly: true },
    reads: [mean, variance],
    writes: [mean, variance].map((batch) => ({ before, expected: moved(batch) })),
  });
  const checks = await checkKernel(device, updateRunningStatisticsKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(updateRunningStatisticsKernel, checks)).toEqual([]);
});
