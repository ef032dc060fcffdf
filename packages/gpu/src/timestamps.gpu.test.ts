import { expect, test } from "vitest";
import { LimitError, openDevice, Timestamps } from "./index.ts";

const device = await openDevice();
const { timestamps } = device.capabilities;

/** A pass that adds `rounds` numbers in one thread. */
async function spin(): Promise<(pass: GPUComputePassEncoder, rounds: number) => void> {
  const source = `
    struct Uniforms { rounds: u32 }
    @group(0) @binding(0) var<storage, read_write> y: array<u32>;
    @group(0) @binding(1) var<uniform> u: Uniforms;
    @compute @workgroup_size(1) fn main() {
      var hash = y[0];
      for (var i = 0u; i < u.rounds; i++) { hash = hash * 1664525u + 1013904223u; }
      y[0] = hash;
    }`;
  const pipeline = await device.pipelines.get("spin", source, { reads: 0, writes: 1 });
  const output = device.createStorageBuffer(4, "y");
  return (pass, rounds) => {
    const uniforms = device.gpu.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    device.gpu.queue.writeBuffer(uniforms, 0, new Uint32Array([rounds]));
    const entries = [output, uniforms].map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.gpu.createBindGroup({ layout: device.layouts.of({ reads: 0, writes: 1 }), entries }));
    pass.dispatchWorkgroups(1);
  };
}

test.skipIf(!timestamps)("a pass with a thousand times the work takes longer (needs timestamp queries)", async () => {
  const dispatch = await spin();
  using times = new Timestamps(device, 3);
  for (let warmUp = 0; warmUp < 2; warmUp++) {
    const encoder = device.gpu.createCommandEncoder();
    for (const [i, rounds] of [2_000, 2_000_000, 2_000].entries()) {
      const pass = encoder.beginComputePass({ timestampWrites: times.pass(i) });
      dispatch(pass, rounds);
      pass.end();
    }
    times.resolve(encoder);
    device.gpu.queue.submit([encoder.finish()]);
  }
  const [short, long, last] = await times.read();
  device.throwIfFailed();
  expect(long).toBeGreaterThan(short!);
  expect(long).toBeGreaterThan(last!);
  expect(long).toBeGreaterThan(100_000); // nanoseconds: 2 M dependent multiply-adds in less would be 20 GHz
  expect(long).toBeLessThan(10e9);
});

test.skipIf(!timestamps)("more passes than a query set holds are timed alike (needs timestamp queries)", async () => {
  using times = new Timestamps(device, 2050);
  const encoder = device.gpu.createCommandEncoder();
  for (const i of [0, 2047, 2048, 2049]) encoder.beginComputePass({ timestampWrites: times.pass(i) }).end();
  times.resolve(encoder);
  device.gpu.queue.submit([encoder.finish()]);
  const nanoseconds = await times.read();
  device.throwIfFailed();
  expect(nanoseconds).toHaveLength(2050);
  for (const time of nanoseconds) expect(time).toBeGreaterThanOrEqual(0);
  expect(nanoseconds[5]).toBe(0);
  expect(() => times.pass(2050)).toThrow(RangeError);
});

test("an adapter without timestamp queries is refused with a LimitError", () => {
  const without = Object.create(device, { capabilities: { value: { ...device.capabilities, timestamps: false } } });
  expect(() => new Timestamps(without, 1)).toThrow(LimitError);
});
