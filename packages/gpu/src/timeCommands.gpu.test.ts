import { expect, test } from "vitest";
import { Commands, createCommand, openDevice, readBuffer } from "./index.ts";
import { timeCommands } from "./timeCommands.ts";

const device = await openDevice();

/** A dispatch of one thread that adds 1 to y[0] after `rounds` dependent operations. */
async function spin(y: GPUBuffer, rounds: number) {
  const source = `
    struct Uniforms { rounds: u32 }
    @group(0) @binding(0) var<storage, read_write> y: array<u32>;
    @group(0) @binding(1) var<uniform> u: Uniforms;
    @compute @workgroup_size(1) fn main() {
      var hash = y[1];
      for (var i = 0u; i < u.rounds; i++) { hash = hash * 1664525u + 1013904223u; }
      y[1] = hash;
      y[0] += 1u;
    }`;
  const uniforms = device.createUniformBuffer(16, "rounds");
  device.gpu.queue.writeBuffer(uniforms, 0, new Uint32Array([rounds]));
  return createCommand(device, {
    label: "spin",
    source,
    reads: [],
    writes: [{ buffer: y, offset: 0, bytes: 8 }],
    uniforms: { buffer: uniforms, offset: 0, bytes: 4 },
    workgroups: [1, 1, 1],
    flops: rounds,
  });
}

test.each(["timestamp queries", "wall clock"] as const)(
  "by %s every dispatch runs once, in order, and the long one takes longest",
  async (clock) => {
    if (clock === "timestamp queries" && !device.capabilities.timestamps) return;
    const y = device.createStorageBuffer(8, "y");
    const commands = await Promise.all([2_000, 4_000_000, 2_000].map((rounds) => spin(y, rounds)));
    await timeCommands(device, [commands], clock); // compiles
    const times = await timeCommands(device, [commands.slice(0, 2), commands.slice(2)], clock);
    expect(times.clock).toBe(clock);
    const [short, long, last] = times.intervals;
    expect(long!.nanoseconds).toBeGreaterThan(short!.nanoseconds);
    expect(long!.nanoseconds).toBeGreaterThan(last!.nanoseconds);
    expect(short!.start).toBeLessThan(long!.start);
    expect(last!.start).toBeGreaterThanOrEqual(long!.start + long!.nanoseconds);
    expect(new Uint32Array(await readBuffer(device, y))[0]).toBe(6);
  },
);

test("a list of commands is timed by what the adapter has", async () => {
  const y = device.createStorageBuffer(8, "y");
  const { clock, intervals } = await new Commands(device, [await spin(y, 10), await spin(y, 10)], 1).time();
  expect(clock).toBe(device.capabilities.timestamps ? "timestamp queries" : "wall clock");
  expect(intervals).toHaveLength(2);
});
