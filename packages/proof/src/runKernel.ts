import { type BufferRange, Commands, createCommand, type Device, type DType, packUniforms, readBuffer, uniformBytes } from "@kindling/gpu";
import { type Kernel, type Problem, sourceOf, type Variant } from "@kindling/kernels";

/** Contents of a binding: numbers of its storage type; a Uint16Array holds the bits of f16 values. */
export type BindingData = Float32Array | Uint32Array | Uint16Array;

/** Runs one variant once on given data; `writes` are what the written bindings hold before. Returns what they hold afterwards. */
export async function runKernel(
  device: Device,
  kernel: Kernel,
  variant: Variant,
  problem: Problem,
  reads: readonly BindingData[],
  writes: readonly BindingData[],
): Promise<BindingData[]> {
  const buffers = [...reads, ...writes].map((data, i) => {
    const buffer = device.createStorageBuffer(paddedBytes(data), `${kernel.name} binding ${i}`);
    device.gpu.queue.writeBuffer(buffer, 0, padded(data));
    return buffer;
  });
  const range = (buffer: GPUBuffer): BufferRange => ({ buffer, offset: 0, bytes: buffer.size });
  const view = new DataView(new ArrayBuffer(uniformBytes(kernel.uniforms)));
  packUniforms(kernel.uniforms, kernel.uniformValues(problem), view, 0);
  const uniforms = device.createUniformBuffer(view.byteLength, `${kernel.name} uniforms`);
  device.gpu.queue.writeBuffer(uniforms, 0, view.buffer);
  try {
    const command = await createCommand(device, {
      label: `${kernel.name}/${variant.id}`,
      source: sourceOf(kernel, variant, problem, [...reads, ...writes].map(dtypeOf)),
      reads: buffers.slice(0, reads.length).map(range),
      writes: buffers.slice(reads.length).map(range),
      uniforms: range(uniforms),
      workgroups: variant.workgroups(problem),
      flops: 0,
    });
    new Commands(device, [command], Number.POSITIVE_INFINITY).run();
    const results = await Promise.all(
      writes.map(async (before, i) => {
        const bytes = await readBuffer(device, buffers[reads.length + i]!, 0, paddedBytes(before));
        if (before instanceof Uint32Array) return new Uint32Array(bytes, 0, before.length);
        return before instanceof Uint16Array ? new Uint16Array(bytes, 0, before.length) : new Float32Array(bytes, 0, before.length);
      }),
    );
    device.throwIfFailed();
    return results;
  } finally {
    for (const buffer of [...buffers, uniforms]) buffer.destroy();
  }
}

/** What a binding with these contents is stored as. */
export function dtypeOf(data: BindingData): DType {
  if (data instanceof Uint32Array) return "u32";
  return data instanceof Uint16Array ? "f16" : "f32";
}

/** Buffers are written and read in whole words. */
function paddedBytes({ byteLength }: BindingData): number {
  return Math.max(4, Math.ceil(byteLength / 4) * 4);
}

function padded(data: BindingData): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(paddedBytes(data));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}
