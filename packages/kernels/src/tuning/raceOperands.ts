import {
  type Aval,
  type BufferRange,
  byteLengthOf,
  type Command,
  Commands,
  createCommand,
  type Device,
  type DType,
  decodeFloat16,
  encodeFloat16,
  packUniforms,
  readBuffer,
  sizeOf,
  uniformBytes,
} from "@kindling/gpu";
import { sourceOf, type Variant } from "../kernel.ts";
import type { KernelCall } from "./kernelCall.ts";
import { mix32 } from "./textHash.ts";

/** Random numbers of either sign, or the same without their signs. */
export type Signs = "signed" | "positive";

/**
 * Buffers for a call, shared by all its variants, full of random numbers: f32 and f16 in ±[2⁻⁸, 1), kept from zero so that no quotient or
 * logarithm is out of proportion; u32 of any bits.
 */
export class RaceOperands implements Disposable {
  readonly #device: Device;
  readonly #call: KernelCall;
  readonly #buffers: readonly GPUBuffer[];
  readonly #uniforms: GPUBuffer;

  constructor(device: Device, call: KernelCall) {
    const { kernel, problem, reads, writes } = call;
    this.#device = device;
    this.#call = call;
    this.#buffers = [...reads, ...writes].map((operand, i) =>
      device.createStorageBuffer(byteLengthOf(operand), `${kernel.name} race ${i}`),
    );
    const view = new DataView(new ArrayBuffer(uniformBytes(kernel.uniforms)));
    packUniforms(kernel.uniforms, kernel.uniformValues(problem), view, 0);
    this.#uniforms = device.createUniformBuffer(view.byteLength, `${kernel.name} race uniforms`);
    device.gpu.queue.writeBuffer(this.#uniforms, 0, view.buffer);
  }

  /** The call by one variant. @throws ShaderError when it does not compile. */
  bind(variant: Variant): Promise<Command> {
    const { kernel, problem, reads, writes } = this.#call;
    const ranges = this.#buffers.map((buffer): BufferRange => ({ buffer, offset: 0, bytes: buffer.size }));
    return createCommand(this.#device, {
      label: `${kernel.name}/${variant.id}`,
      source: sourceOf(
        kernel,
        variant,
        problem,
        [...reads, ...writes].map(({ dtype }) => dtype),
      ),
      reads: ranges.slice(0, reads.length),
      writes: ranges.slice(reads.length),
      uniforms: { buffer: this.#uniforms, offset: 0, bytes: this.#uniforms.size },
      workgroups: variant.workgroups(problem),
      flops: 0,
    });
  }

  /** What a command leaves in each written binding (one number where only the total matters), from operands that are the same each time. */
  async resultsOf(command: Command, signs: Signs): Promise<readonly (Float32Array | Uint32Array)[]> {
    const { kernel, reads, writes } = this.#call;
    for (const [i, operand] of [...reads, ...writes].entries()) this.#fill(i, operand.dtype, signs);
    new Commands(this.#device, [command], Number.POSITIVE_INFINITY).run();
    const results: (Float32Array | Uint32Array)[] = [];
    for (const [i, operand] of writes.entries()) {
      const values = valuesOf(await readBuffer(this.#device, this.#buffers[reads.length + i]!), operand);
      results.push(kernel.totals?.includes(kernel.writes[i]!) ? totalOf(values) : values);
    }
    this.#device.throwIfFailed();
    return results;
  }

  [Symbol.dispose](): void {
    for (const buffer of [...this.#buffers, this.#uniforms]) buffer.destroy();
  }

  #fill(binding: number, dtype: DType, signs: Signs): void {
    const buffer = this.#buffers[binding]!;
    const block = randomBlock(binding, dtype, signs, buffer.size);
    for (let offset = 0; offset < buffer.size; offset += block.byteLength) {
      this.#device.gpu.queue.writeBuffer(buffer, offset, block, 0, Math.min(block.byteLength, buffer.size - offset));
    }
  }
}

function valuesOf(bytes: ArrayBuffer, { shape, dtype }: Aval): Float32Array | Uint32Array {
  if (dtype === "f16") return decodeFloat16(new Uint16Array(bytes, 0, sizeOf(shape)));
  return dtype === "u32" ? new Uint32Array(bytes, 0, sizeOf(shape)) : new Float32Array(bytes, 0, sizeOf(shape));
}

function totalOf(values: Float32Array | Uint32Array): Float32Array {
  let total = 0;
  for (const value of values) total += value;
  return Float32Array.of(total);
}

/** Longest run of numbers before they begin anew, in bytes: no power of two, so that no stride of a tensor meets the same ones again. */
const periodBytes = 4 * 1_048_573;

function randomBlock(seed: number, dtype: DType, signs: Signs, bytes: number): ArrayBuffer {
  const words = Uint32Array.from({ length: Math.min(bytes, periodBytes) / (dtype === "f16" ? 2 : 4) }, (_, i) =>
    mix32(mix32(seed + 1) ^ i),
  );
  if (dtype === "u32") return words.buffer;
  const values = Float32Array.from(words, (word) => {
    const size = 2 ** -8 + (word >>> 8) * 2 ** -24 * (1 - 2 ** -8);
    return signs === "signed" && (word & 1) === 1 ? -size : size;
  });
  return dtype === "f16" ? Uint16Array.from(encodeFloat16(values)).buffer : values.buffer;
}
