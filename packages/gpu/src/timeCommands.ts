import type { Command } from "./commands.ts";
import type { Device } from "./device.ts";
import { type Interval, Timestamps } from "./timestamps.ts";

/** When dispatches ran. */
export interface CommandTimes {
  /** What measured: by the wall clock each dispatch is submitted and awaited alone, and the way there and back is in its time. */
  readonly clock: "timestamp queries" | "wall clock";
  readonly intervals: readonly Interval[];
}

/**
 * Runs submissions dispatch by dispatch and times each: one pass a dispatch, between timestamp queries where the adapter has them.
 * @throws the first error that the device reported.
 */
export async function timeCommands(
  device: Device,
  submissions: readonly (readonly Command[])[],
  clock: CommandTimes["clock"] = device.capabilities.timestamps ? "timestamp queries" : "wall clock",
): Promise<CommandTimes> {
  const measure = clock === "timestamp queries" ? byTimestamps : byWallClock;
  const intervals = await measure(device, submissions);
  device.throwIfFailed();
  return { clock, intervals };
}

async function byTimestamps(device: Device, submissions: readonly (readonly Command[])[]): Promise<readonly Interval[]> {
  using timestamps = new Timestamps(device, submissions.flat().length);
  let index = 0;
  for (const commands of submissions) {
    const encoder = device.gpu.createCommandEncoder();
    for (const command of commands) dispatch(encoder, command, { timestampWrites: timestamps.pass(index++) });
    device.gpu.queue.submit([encoder.finish()]);
  }
  const encoder = device.gpu.createCommandEncoder();
  timestamps.resolve(encoder);
  device.gpu.queue.submit([encoder.finish()]);
  return timestamps.readIntervals();
}

async function byWallClock(device: Device, submissions: readonly (readonly Command[])[]): Promise<readonly Interval[]> {
  const intervals: Interval[] = [];
  await device.gpu.queue.onSubmittedWorkDone();
  for (const command of submissions.flat()) {
    const encoder = device.gpu.createCommandEncoder();
    dispatch(encoder, command, {});
    const commandBuffer = encoder.finish();
    const start = performance.now();
    device.gpu.queue.submit([commandBuffer]);
    // Not Device.wait: its rests of a millisecond would be in the time.
    await device.gpu.queue.onSubmittedWorkDone();
    intervals.push({ start: 1e6 * start, nanoseconds: 1e6 * (performance.now() - start) });
  }
  return intervals;
}

function dispatch(encoder: GPUCommandEncoder, { pipeline, bindGroup, workgroups }: Command, pass: GPUComputePassDescriptor): void {
  const compute = encoder.beginComputePass(pass);
  compute.setPipeline(pipeline);
  compute.setBindGroup(0, bindGroup);
  compute.dispatchWorkgroups(...workgroups);
  compute.end();
}
