import { expect, test } from "vitest";
import { CommandTimer, createCommand, openDevice } from "./index.ts";

const device = await openDevice();

/** A dispatch of one thread that takes `rounds` dependent steps. */
async function spin(rounds: number) {
  const source = `
    struct Uniforms { rounds: u32 }
    @group(0) @binding(0) var<storage, read_write> y: array<u32>;
    @group(0) @binding(1) var<uniform> u: Uniforms;
    @compute @workgroup_size(1) fn main() {
      var hash = y[0];
      for (var i = 0u; i < u.rounds; i++) { hash = hash * 1664525u + 1013904223u; }
      y[0] = hash;
    }`;
  const uniforms = device.createUniformBuffer(16, "uniforms");
  device.gpu.queue.writeBuffer(uniforms, 0, Uint32Array.of(rounds));
  const whole = (buffer: GPUBuffer) => ({ buffer, offset: 0, bytes: buffer.size });
  const writes = [whole(device.createStorageBuffer(4, "y"))];
  return createCommand(device, {
    label: "spin",
    source,
    reads: [],
    writes,
    uniforms: whole(uniforms),
    workgroups: [1, 1, 1],
    flops: rounds,
  });
}

const clocks = device.capabilities.timestamps ? (["timestamps", "host"] as const) : (["host"] as const);

test.each(clocks)("by %s, more work takes longer, and the time is that of one replay", async (clock) => {
  using timer = new CommandTimer(device, clock);
  const [short, long] = [await spin(2_000), await spin(4_000_000)];
  for (const command of [short, long]) await timer.time([command], 1);
  const once = await timer.time([long], 1);
  expect(once).toBeGreaterThan(0.1); // 4 M dependent multiply-adds in less would be 40 GHz
  expect(await timer.time([short], 1)).toBeLessThan(once);
  expect(await timer.time([short], 50)).toBeLessThan(once);
  const [ten, both] = [await timer.time([long], 10), await timer.time([long, long], 5)];
  expect(ten).toBeLessThan(10 * once); // other work on the machine may disturb either, but not tenfold
  expect(both).toBeGreaterThan(ten / 5);
});

test("the null backend takes every call and computes nothing", async () => {
  using nothing = await openDevice({ computeNothing: true });
  expect(nothing.info.backend).toBe("null");
  const buffer = nothing.createStorageBuffer(256, "zeros");
  expect(buffer.size).toBe(256);
  await nothing.idle();
});
