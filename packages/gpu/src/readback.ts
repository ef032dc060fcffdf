import type { Device } from "./device.ts";

/**
 * Reads the same number of bytes again and again without making the loop wait: each read copies on the GPU into a staging buffer of a ring
 * and maps it later. A read that finds every staging buffer still on its way adds one, so no call ever blocks.
 */
export class Readback implements Disposable {
  readonly #device: Device;
  readonly #bytes: number;
  readonly #free: GPUBuffer[] = [];
  readonly #buffers: GPUBuffer[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** A ring of `slots` staging buffers of `bytes` bytes. */
  constructor(device: Device, bytes: number, slots = 3) {
    this.#device = device;
    this.#bytes = bytes;
    for (let slot = 0; slot < slots; slot++) this.#free.push(this.#create());
  }

  /** Staging buffers made so far: the `slots` asked for, plus one for each read that found none free. */
  get slots(): number {
    return this.#buffers.length;
  }

  /**
   * The bytes of `source` from `offset` (a multiple of 4) on, as they are after all work submitted before this call. The promises of
   * successive calls settle in the order of the calls.
   * @throws RangeError at once when the range does not fit `source`; the promise rejects with DeviceLostError when the device is lost.
   */
  push(source: GPUBuffer, offset = 0): Promise<ArrayBuffer> {
    checkRange(source, offset, this.#bytes);
    const staging = this.#free.pop() ?? this.#create();
    copy(this.#device, source, offset, staging, this.#bytes);
    const mapped = map(this.#device, staging, this.#bytes).finally(() => {
      if (!this.#disposed) this.#free.push(staging);
    });
    mapped.catch(() => undefined); // it may fail before its turn, when nobody listens to it yet
    const previous = this.#last;
    const ordered = previous.then(() => mapped);
    this.#last = ordered.catch(() => undefined); // one failed read does not fail the next
    return ordered;
  }

  /** Frees the staging buffers; reads still on their way reject. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #create(): GPUBuffer {
    const buffer = stagingBuffer(this.#device, this.#bytes);
    this.#buffers.push(buffer);
    return buffer;
  }
}

/**
 * The `bytes` bytes of `source` from `offset` (a multiple of 4) on, once: waits for all work submitted before.
 * @throws RangeError when the range does not fit `source`; DeviceLostError when the device is lost.
 */
export async function readBuffer(
  device: Device,
  source: GPUBuffer,
  offset = 0,
  bytes: number = source.size - offset,
): Promise<ArrayBuffer> {
  checkRange(source, offset, bytes);
  const staging = stagingBuffer(device, bytes);
  try {
    copy(device, source, offset, staging, bytes);
    return await map(device, staging, bytes);
  } finally {
    staging.destroy();
  }
}

/** Copies move multiples of 4 bytes; an odd number of f16 values ends between. */
const aligned = (bytes: number): number => Math.ceil(bytes / 4) * 4;

function stagingBuffer(device: Device, bytes: number): GPUBuffer {
  return device.gpu.createBuffer({ label: "readback", size: aligned(bytes), usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
}

function checkRange(source: GPUBuffer, offset: number, bytes: number): void {
  if (offset % 4 !== 0 || offset < 0 || offset + aligned(bytes) > source.size) {
    throw new RangeError(
      `readback: ${bytes} bytes at ${offset} must start at a multiple of 4 and lie in "${source.label}" of ${source.size} bytes`,
    );
  }
}

function copy(device: Device, source: GPUBuffer, offset: number, staging: GPUBuffer, bytes: number): void {
  const encoder = device.gpu.createCommandEncoder({ label: "readback" });
  encoder.copyBufferToBuffer(source, offset, staging, 0, aligned(bytes));
  device.gpu.queue.submit([encoder.finish()]);
}

async function map(device: Device, staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  try {
    await device.wait(staging.mapAsync(GPUMapMode.READ));
  } catch (cause) {
    throw await whyUnmappable(device, cause);
  }
  const data = staging.getMappedRange().slice(0, bytes);
  staging.unmap();
  return data;
}

/** Mapping fails when the device is lost, which it may report only after the failure, or when the buffer was destroyed under the read. */
async function whyUnmappable(device: Device, cause: unknown): Promise<unknown> {
  const soon = new Promise<unknown>((resolve) => setTimeout(resolve, 100, cause));
  return Promise.race([device.lost, soon]);
}
