import type { Program } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";

/** What one run of a program takes. */
export interface RunTime {
  /** Median over the batches, from submission to completion. */
  readonly milliseconds: number;
  readonly runsPerBatch: number;
  readonly batches: number;
}

/**
 * Times a program that has run before, in batches so long that neither waiting for the GPU nor the browser's coarse clock matters.
 * @throws what the device reports, and when it is lost.
 */
export async function timePerRun(device: Device, program: Program): Promise<RunTime> {
  let runsPerBatch = 1;
  while (runsPerBatch < mostRuns && (await timeBatch(device, program, runsPerBatch)) < batchMilliseconds) runsPerBatch *= 2;
  const times: number[] = [];
  for (let batch = 0; batch < batches; batch++) times.push((await timeBatch(device, program, runsPerBatch)) / runsPerBatch);
  times.sort((a, b) => a - b);
  return { milliseconds: times[Math.floor(batches / 2)]!, runsPerBatch, batches };
}

const batches = 9;
const batchMilliseconds = 40;
const mostRuns = 4096;

async function timeBatch(device: Device, program: Program, runs: number): Promise<number> {
  await device.idle();
  const start = performance.now();
  for (let run = 0; run < runs; run++) program.run();
  await device.idle();
  return performance.now() - start;
}
