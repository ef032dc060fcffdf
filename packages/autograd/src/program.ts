import {
  type BufferRange,
  byteLengthOf,
  type Commands,
  type CommandTimer,
  type CommandTimes,
  type Device,
  decodeFloat16,
  readBuffer,
  sizeOf,
} from "@kindling/gpu";
import type { KernelCall } from "@kindling/kernels";
import type { KernelCost } from "./graphCosts.ts";
import type { Node } from "./op.ts";
import type { Placement } from "./placement.ts";
import type { Tensor } from "./tensor.ts";

/** What compiling made. */
export interface ProgramReport {
  readonly dispatches: number;
  /** Of them, by a variant that was measured on the device to be the fastest; the others by rule of thumb. */
  readonly tuned: number;
  /** Pipelines that no earlier program of the device had. */
  readonly pipelines: number;
  readonly plannedBytes: number;
  readonly unplannedBytes: number;
  readonly flops: number;
}

/** A dispatch of a program. */
export interface DispatchReport extends KernelCost {
  readonly variant: string;
  /** Whether the variant was measured on the device to be the fastest. */
  readonly tuned: boolean;
}

/** A dispatch of a program and when it ran. */
export interface KernelTiming extends DispatchReport {
  /** Microseconds since the first dispatch began. */
  readonly start: number;
  readonly microseconds: number;
}

/** What {@link Program.profile} measured, in the order of the dispatches. */
export interface ProgramTimings {
  readonly clock: CommandTimes["clock"];
  readonly kernels: readonly KernelTiming[];
}

/** The part of a program between two of its outputs. */
export interface RunPart {
  readonly after?: string;
  readonly until?: string;
}

/** Everything that compiling a graph leaves for running it. */
export interface ProgramParts {
  readonly device: Device;
  readonly placement: Placement;
  readonly uniforms: GPUBuffer;
  /** What is dispatched, in order. */
  readonly dispatches: readonly DispatchReport[];
  /** The same as calls of kernels, for races between their variants. */
  readonly calls: readonly KernelCall[];
  /** The same, bound and ready to be submitted. */
  readonly replay: Commands;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** For a tensor that a node makes: how many dispatches, from the first, it takes. */
  readonly readyAfter: ReadonlyMap<Tensor, number>;
  readonly checkedNodes: readonly { readonly node: Node; readonly commands: Commands }[] | null;
  readonly report: ProgramReport;
}

/** A compiled graph: it owns every buffer it binds; a step is `write` the inputs, `run`, `read` what is needed. */
export class Program implements Disposable {
  readonly report: ProgramReport;
  /** What is dispatched, in order. */
  readonly dispatches: readonly DispatchReport[];
  /** The kernel calls behind the dispatches, in the same order. */
  readonly calls: readonly KernelCall[];
  readonly #parts: ProgramParts;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.report = parts.report;
    this.dispatches = parts.dispatches;
    this.calls = parts.calls;
  }

  /** Sets an input; ordered by the queue before the next run. @throws RangeError for an unknown input or a wrong number of bytes. */
  write(input: string, data: ArrayBufferView<ArrayBuffer>): void {
    const tensor = this.#parts.inputs.get(input);
    if (!tensor) throw new RangeError(`program: no input is named "${input}"; there are ${[...this.#parts.inputs.keys()].join(", ")}`);
    if (data.byteLength !== byteLengthOf(tensor)) {
      throw new RangeError(`program: input "${input}" takes ${byteLengthOf(tensor)} bytes, not ${data.byteLength}`);
    }
    const { buffer, offset } = this.#parts.placement.rangeOf(tensor);
    this.#parts.device.gpu.queue.writeBuffer(buffer, offset, data.buffer, data.byteOffset, data.byteLength);
  }

  /**
   * Replays every dispatch; returns at once, the GPU works behind. In parts, for who looks at one output before deciding on the next: `until` stops
   * where that output is ready, `after` goes on where a run until that one stopped, with nothing run or written between. Outputs that are not ready hold anything.
   * @throws RangeError for an unknown output.
   */
  run({ after, until }: RunPart = {}): void {
    const { replay } = this.#parts;
    if (after === undefined && until === undefined) replay.run();
    else
      replay.run(
        after === undefined ? 0 : this.#readyAfter(after),
        until === undefined ? Number.POSITIVE_INFINITY : this.#readyAfter(until),
      );
  }

  /** Milliseconds of one run, as the mean of `replays` in one pass without pause: how a benchmark times short programs. */
  timeReplays(timer: CommandTimer, replays: number): Promise<number> {
    return timer.time(this.#parts.replay.list, replays);
  }

  /**
   * Runs once, dispatch by dispatch, and says how long each took; everything is computed and changed as by {@link run}, but the times between
   * dispatches are longer. Without timestamp queries the times are the wall clock's (see {@link ProgramTimings.clock}).
   */
  async profile(): Promise<ProgramTimings> {
    const { clock, intervals } = await this.#parts.replay.time();
    const first = Math.min(...intervals.map(({ start }) => start));
    const kernels = this.dispatches.map((dispatch, i) => {
      const { start, nanoseconds } = intervals[i]!; // one for each dispatch
      return { ...dispatch, start: (start - first) / 1000, microseconds: nanoseconds / 1000 };
    });
    return { clock, kernels };
  }

  /** An output of the last run; f16 is widened. */
  async read(output: string): Promise<Float32Array> {
    const values = await this.#floats(this.#tensor(output));
    this.#parts.device.throwIfFailed();
    return values;
  }

  /** Where an output lives, to be copied to a readback ring after a run. */
  rangeOf(output: string): BufferRange {
    return this.#parts.placement.rangeOf(this.#tensor(output));
  }

  /**
   * Runs node by node and stops at the first value that is not finite.
   * @throws NonFiniteError naming the node, and the ranges of its inputs.
   */
  async runChecked(): Promise<void> {
    if (!this.#parts.checkedNodes) throw new Error("program: compile with { checked: true } to check its values");
    for (const { node, commands } of this.#parts.checkedNodes) {
      commands.run();
      for (const output of node.outputs) {
        const bad = (await this.#values(output)).findIndex((value) => !Number.isFinite(value));
        if (bad < 0) continue;
        const ranges = await Promise.all(node.inputs.map(async (input) => `${input} in ${range(await this.#values(input))}`));
        throw new NonFiniteError(node, output, bad, ranges);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#parts.placement.buffers) buffer.destroy();
    this.#parts.uniforms.destroy();
  }

  #readyAfter(output: string): number {
    return this.#parts.readyAfter.get(this.#tensor(output)) ?? 0;
  }

  #tensor(output: string): Tensor {
    const tensor = this.#parts.outputs.get(output);
    if (!tensor) throw new RangeError(`program: no output is named "${output}"; there are ${[...this.#parts.outputs.keys()].join(", ")}`);
    return tensor;
  }

  /** Numbers of a tensor in its present state; integers are finite by nature and read as none. */
  async #values(tensor: Tensor): Promise<Float32Array> {
    return tensor.dtype === "u32" ? new Float32Array(0) : this.#floats(tensor);
  }

  async #floats(tensor: Tensor): Promise<Float32Array> {
    const { buffer, offset, bytes } = this.#parts.placement.rangeOf(tensor);
    const data = await readBuffer(this.#parts.device, buffer, offset, bytes);
    const size = sizeOf(tensor.shape);
    return tensor.dtype === "f16" ? decodeFloat16(new Uint16Array(data, 0, size)) : new Float32Array(data, 0, size);
  }
}

/** A node of a checked program produced NaN or infinity. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";
  constructor(node: Node, output: Tensor, element: number, inputRanges: readonly string[]) {
    const path = output.name ? ` (${output.name})` : "";
    super(`${output} = ${node.op.name}${path} is not finite at element ${element}; its inputs: ${inputRanges.join("; ")}`);
  }
}

function range(values: Float32Array): string {
  let [low, high, bad] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) bad++;
    else [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return `[${low}, ${high}]${bad > 0 ? ` with ${bad} not finite` : ""}`;
}
