import type { Device } from "./device.ts";
import { LimitError } from "./errors.ts";
import { readBuffer } from "./readback.ts";

/** A stretch of time. */
export interface Interval {
  /** Nanoseconds on a clock of which only differences mean something. */
  readonly start: number;
  readonly nanoseconds: number;
}

/**
 * Measures how long compute passes take on the GPU: pass `i` begins with `pass(i)`, the encoder ends with `resolve`, `read` gives the times.
 * Timing single kernels takes a pass each, which costs host time, so this belongs to profiling runs.
 */
export class Timestamps implements Disposable {
  readonly #device: Device;
  readonly #passes: number;
  readonly #sets: readonly GPUQuerySet[];
  readonly #resolved: GPUBuffer;

  /** @throws LimitError when the adapter has no timestamp queries. */
  constructor(device: Device, passes: number) {
    if (!device.capabilities.timestamps) {
      throw new LimitError(`timestamps: the adapter ${device.info.description} has no timestamp queries, so kernels cannot be timed on it`);
    }
    this.#device = device;
    this.#passes = passes;
    this.#sets = Array.from({ length: Math.ceil(passes / passesPerSet) }, (_, set) =>
      device.gpu.createQuerySet({
        label: `timestamps ${set}`,
        type: "timestamp",
        count: 2 * Math.min(passesPerSet, passes - set * passesPerSet),
      }),
    );
    this.#resolved = device.gpu.createBuffer({
      label: "timestamps",
      size: Math.max(1, passes) * bytesPerPass,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** The `timestampWrites` of the descriptor of pass `index`. */
  pass(index: number): GPUComputePassTimestampWrites {
    const querySet = this.#sets[Math.floor(index / passesPerSet)];
    if (!querySet || index >= this.#passes) throw new RangeError(`timestamps: pass ${index} of ${this.#passes}`);
    const first = 2 * (index % passesPerSet);
    return { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** Records, after the passes, the command that makes their times readable. */
  resolve(encoder: GPUCommandEncoder): void {
    for (const [set, querySet] of this.#sets.entries()) {
      encoder.resolveQuerySet(querySet, 0, querySet.count, this.#resolved, set * passesPerSet * bytesPerPass);
    }
  }

  /** Nanoseconds each pass took in the last submission that resolved; 0 for passes that did not run. */
  async read(): Promise<Float64Array> {
    return Float64Array.from(await this.readIntervals(), ({ nanoseconds }) => nanoseconds);
  }

  /** When each pass ran, by what was resolved last, on the GPU's clock; 0 and 0 for passes that did not run. */
  async readIntervals(): Promise<readonly Interval[]> {
    const ticks = new BigUint64Array(await readBuffer(this.#device, this.#resolved));
    return Array.from({ length: this.#passes }, (_, i) => ({
      start: Number(ticks[2 * i]!),
      nanoseconds: Number(ticks[2 * i + 1]! - ticks[2 * i]!),
    }));
  }

  [Symbol.dispose](): void {
    for (const set of this.#sets) set.destroy();
    this.#resolved.destroy();
  }
}

/** WebGPU allows 4096 queries in a set; 2048 passes of 16 bytes also end at a multiple of the 256 that resolving needs. */
const passesPerSet = 2048;
const bytesPerPass = 16;
