import { afterAll, beforeAll, expect, test } from "vitest";
import { type Device, DeviceLostError, openDevice, Readback, readBuffer } from "./index.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device[Symbol.dispose]());

test("reads settle in the order of the calls, each with the bytes of its moment, however many are on their way", async () => {
  using readback = new Readback(device, 8, 3);
  const source = device.createStorageBuffer(16, "counter");
  const settled: number[] = [];
  const reads = Array.from({ length: 20 }, (_, i) => {
    device.gpu.queue.writeBuffer(source, 4, new Uint32Array([i, 2 * i]));
    return readback.push(source, 4).then((bytes) => {
      settled.push(i);
      return [...new Uint32Array(bytes)];
    });
  });
  expect(await Promise.all(reads)).toEqual(Array.from({ length: 20 }, (_, i) => [i, 2 * i]));
  expect(settled).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("a loop that reads no faster than the ring settles needs no more staging buffers", async () => {
  using readback = new Readback(device, 4, 2);
  const source = device.createStorageBuffer(4, "x");
  for (let step = 0; step < 5; step++) await Promise.all([readback.push(source), readback.push(source)]);
  expect(readback.slots).toBe(2);
  await Promise.all([readback.push(source), readback.push(source), readback.push(source)]);
  expect(readback.slots).toBe(3);
});

test("byte counts that are no multiple of 4 are exact", async () => {
  const source = device.createStorageBuffer(12, "f16");
  device.gpu.queue.writeBuffer(source, 0, new Uint16Array([1, 2, 3, 4, 5, 6]));
  expect([...new Uint16Array(await readBuffer(device, source, 4, 6))]).toEqual([3, 4, 5]);
  expect((await readBuffer(device, source)).byteLength).toBe(12);
});

test("a range outside the buffer throws at the caller's line", () => {
  using readback = new Readback(device, 8);
  const source = device.createStorageBuffer(12, "small");
  expect(() => readback.push(source, 8)).toThrow(/8 bytes at 8 .*"small" of 12 bytes/);
  expect(() => readback.push(source, 2)).toThrow(RangeError);
  expect(readback.slots).toBe(3);
  for (let refused = 0; refused < 5; refused++) expect(() => readback.push(source, 8)).toThrow(RangeError);
  expect(readback.slots).toBe(3);
});

test("reads under way reject with DeviceLostError when the device is lost", async () => {
  const doomed = await openDevice();
  const readback = new Readback(doomed, 4);
  const source = doomed.createStorageBuffer(4, "x");
  const reads = [readback.push(source), readback.push(source), readBuffer(doomed, source)];
  doomed.gpu.destroy();
  for (const read of reads) await expect(read).rejects.toThrow(DeviceLostError);
});

test("disposing rejects the reads under way and disturbs nothing else", async () => {
  const source = device.createStorageBuffer(4, "x");
  const readback = new Readback(device, 4);
  const read = readback.push(source);
  readback[Symbol.dispose]();
  await expect(read).rejects.toThrow();
  device.throwIfFailed();
  expect((await readBuffer(device, source)).byteLength).toBe(4);
});
