import type { Device } from "./device.ts";
import { type CommandTimes, timeCommands } from "./timeCommands.ts";

/** One dispatch, everything about it decided. */
export interface Command {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Estimated floating point operations, to cut long submissions. */
  readonly flops: number;
}

/** A recorded list of dispatches that is replayed each step. */
export class Commands {
  readonly #device: Device;
  /** Dispatches a submission: one list unless the estimate exceeds what a driver's watchdog, or a software adapter, bears. */
  readonly #submissions: readonly (readonly Command[])[];

  constructor(device: Device, commands: readonly Command[], flopsPerSubmission: number) {
    this.#device = device;
    this.#submissions = cut(commands, flopsPerSubmission);
  }

  /**
   * Replays every dispatch, or those from `from` up to `to`, in one pass and (unless it is very long) one submit. Creates nothing but the encoder:
   * WebGPU has no reusable command buffers.
   */
  run(from = 0, to: number = Number.POSITIVE_INFINITY): void {
    let first = 0;
    for (const submission of this.#submissions) {
      const last = first + submission.length;
      const commands = from <= first && last <= to ? submission : submission.slice(Math.max(0, from - first), Math.max(0, to - first));
      first = last;
      if (commands.length === 0) continue;
      const encoder = this.#device.gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      let current: GPUComputePipeline | undefined;
      for (const { pipeline, bindGroup, workgroups } of commands) {
        if (pipeline !== current) {
          current = pipeline;
          pass.setPipeline(pipeline);
        }
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups);
      }
      pass.end();
      this.#device.gpu.queue.submit([encoder.finish()]);
    }
  }

  /** Every dispatch, in order. */
  get list(): readonly Command[] {
    return this.#submissions.flat();
  }

  /** Replays every dispatch and says when each ran, in the order of the commands. Slower than {@link run}: each has a pass of its own. */
  time(): Promise<CommandTimes> {
    return timeCommands(this.#device, this.#submissions);
  }
}

/** Consecutive commands in groups of at most `flops`, at least one each. */
function cut(commands: readonly Command[], flops: number): Command[][] {
  const groups: Command[][] = [];
  let sum = 0;
  for (const command of commands) {
    const group = groups[groups.length - 1];
    if (group && sum + command.flops <= flops) {
      group.push(command);
      sum += command.flops;
    } else {
      groups.push([command]);
      sum = command.flops;
    }
  }
  return groups;
}
