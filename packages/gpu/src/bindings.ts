import type { Command } from "./commands.ts";
import type { Device } from "./device.ts";

/** A range of a buffer that a shader sees as one array. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Everything that makes one dispatch. */
export interface CommandDescription {
  readonly label: string;
  readonly source: string;
  readonly reads: readonly BufferRange[];
  readonly writes: readonly BufferRange[];
  readonly uniforms: BufferRange;
  readonly workgroups: readonly [x: number, y: number, z: number];
  readonly flops: number;
}

/**
 * Compiles and binds one dispatch.
 * @throws ShaderError when the source does not compile, Error when a buffer is both read and written (WebGPU forbids it, disjoint or not).
 */
export async function createCommand(device: Device, description: CommandDescription): Promise<Command> {
  const { label, source, reads, writes, uniforms, workgroups, flops } = description;
  const clash = writes.findIndex(({ buffer }) => reads.some((read) => read.buffer === buffer));
  if (clash >= 0) throw new Error(`${label}: write ${clash} shares a buffer with a read of the same dispatch`);
  const counts = { reads: reads.length, writes: writes.length };
  const pipeline = await device.pipelines.get(label, source, counts);
  const bindGroup = device.gpu.createBindGroup({
    label,
    layout: device.layouts.of(counts),
    entries: [...reads, ...writes, uniforms].map(({ buffer, offset, bytes }, binding) => ({
      binding,
      resource: { buffer, offset, size: bytes },
    })),
  });
  return { label, pipeline, bindGroup, workgroups, flops };
}
