import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { peerTask } from "../testing/peerTask.ts";
import { PeerProcess } from "./peerProcess.ts";

test("a peer gets its task, Kindling's adapter as navigator.gpu, and runs again and again, also after it stood still", async () => {
  const task = await peerTask(`
    export async function createPeer({ weights, x, learningRate }) {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter.requestDevice();
      const buffer = device.createBuffer({ size: 8, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      let runs = 0;
      return {
        version: adapter.info.description,
        async run() {
          device.queue.writeBuffer(buffer, 0, Float32Array.of(weights.get("w").data[0] * learningRate, ++runs));
          await buffer.mapAsync(GPUMapMode.READ);
          const result = new Float32Array(buffer.getMappedRange().slice(0));
          buffer.unmap();
          return result;
        },
      };
    }`);
  const { peer, version, adapter } = await PeerProcess.create(task, 60, new AbortController().signal);
  using running = peer;
  using device = await openDevice();
  expect([version, adapter]).toEqual([device.info.description, device.info.description]);
  for (const count of [1, 2, 3]) {
    const { milliseconds, result } = await running.run();
    expect(result).toEqual(Float32Array.of(1.5, count));
    expect(milliseconds).toBeGreaterThan(0);
  }
});

test("what a peer throws is told; so are its end and its silence; an abort is not waited for", async () => {
  const { signal } = new AbortController();
  const throwing = await peerTask(`export async function createPeer() { throw new Error("no such backend"); }`);
  await expect(PeerProcess.create(throwing, 60, signal)).rejects.toThrow("no such backend");
  const ending = await peerTask(`export async function createPeer() { console.error("out of luck"); process.exit(3); }`);
  await expect(PeerProcess.create(ending, 60, signal)).rejects.toThrow(/ended with 3: [\s\S]*out of luck/); // after a driver's warnings
  const silent = await peerTask(`export async function createPeer() { return new Promise(() => setTimeout(() => {}, 1e6)); }`);
  await expect(PeerProcess.create(silent, 0.2, signal)).rejects.toThrow("no answer within 0.2 s");
  await expect(PeerProcess.create(silent, 60, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});
