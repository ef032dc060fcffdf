import type { Command } from "./commands.ts";
import type { Device } from "./device.ts";
import { Timestamps } from "./timestamps.ts";

/**
 * Times lists of dispatches: by the adapter's timestamps where it has them, else from submission to the end of the work by the host's clock,
 * which also counts the way there and back and so wants many replays in one measurement.
 */
export class CommandTimer implements Disposable {
  readonly clock: "timestamps" | "host";
  readonly #device: Device;
  readonly #timestamps: Timestamps | null;

  constructor(device: Device, clock: "timestamps" | "host" = device.capabilities.timestamps ? "timestamps" : "host") {
    this.#device = device;
    this.clock = clock;
    this.#timestamps = clock === "timestamps" ? new Timestamps(device, 1) : null;
  }

  /** Milliseconds that one replay of the commands takes, as the mean of `replays` in one pass. @throws what the device reports. */
  async time(commands: readonly Command[], replays: number): Promise<number> {
    const encoder = this.#device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass(this.#timestamps ? { timestampWrites: this.#timestamps.pass(0) } : {});
    let current: GPUComputePipeline | undefined;
    for (let replay = 0; replay < replays; replay++) {
      for (const { pipeline, bindGroup, workgroups } of commands) {
        if (pipeline !== current) pass.setPipeline((current = pipeline));
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups);
      }
    }
    pass.end();
    this.#timestamps?.resolve(encoder);
    const begin = performance.now();
    this.#device.gpu.queue.submit([encoder.finish()]);
    await this.#device.idle();
    const host = performance.now() - begin;
    const milliseconds = this.#timestamps ? (await this.#timestamps.read())[0]! / 1e6 : host;
    return milliseconds / replays;
  }

  [Symbol.dispose](): void {
    this.#timestamps?.[Symbol.dispose]();
  }
}
