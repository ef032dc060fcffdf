import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { whyNotEmbedded } from "./embeddedSwiftShader.node.ts";
import { type Device, DeviceLostError, describeSystem, GpuValidationError, LimitError, openDevice, readBuffer } from "./index.ts";
import { driverManifests } from "./vulkanLoader.node.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
let temporary: string;
beforeAll(() => {
  const cache = path.join(packageFolder, "../../node_modules/.cache"); // below node_modules, so that bundles find `webgpu`
  mkdirSync(cache, { recursive: true });
  temporary = mkdtempSync(path.join(cache, "openDevice-"));
});
afterAll(() => rmSync(temporary, { recursive: true }));

/** y[i] = 3·x[i] + i, in two bindings and a uniform. */
async function runShader(device: Device, x: Uint32Array<ArrayBuffer>): Promise<Uint32Array> {
  const source = `
    struct Uniforms { count: u32 }
    @group(0) @binding(0) var<storage, read> x: array<u32>;
    @group(0) @binding(1) var<storage, read_write> y: array<u32>;
    @group(0) @binding(2) var<uniform> u: Uniforms;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= u.count) { return; }
      y[id.x] = 3u * x[id.x] + id.x;
    }`;
  const pipeline = await device.pipelines.get("affine", source, { reads: 1, writes: 1 });
  const input = device.createStorageBuffer(x.byteLength, "x");
  const output = device.createStorageBuffer(x.byteLength, "y");
  const uniforms = device.gpu.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.gpu.queue.writeBuffer(input, 0, x);
  device.gpu.queue.writeBuffer(uniforms, 0, new Uint32Array([x.length]));
  const entries = [input, output, uniforms].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.gpu.createBindGroup({ layout: device.layouts.of({ reads: 1, writes: 1 }), entries });
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(Math.ceil(x.length / 64));
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  return new Uint32Array(await readBuffer(device, output));
}

const numbers = Uint32Array.from({ length: 1003 }, (_, i) => (i * 2654435761) >>> 0);
const affine = numbers.map((value, i) => Math.imul(3, value) + i);

test("a device computes, with and without validation, and tells what it was granted", async () => {
  for (const validate of [true, false]) {
    using device = await openDevice({ validate });
    expect(await runShader(device, numbers)).toEqual(affine);
    device.throwIfFailed();
    expect(device.fingerprint).toMatch(/^[a-z0-9][a-z0-9.-]*dawn-\d+\.\d+\.\d+$/);
    expect(device.capabilities.maxStorageBuffers).toBeGreaterThanOrEqual(8);
    expect(device.capabilities.maxBindingBytes).toBeGreaterThanOrEqual(128 * 2 ** 20);
    expect(device.capabilities.maxBufferBytes).toBe(device.gpu.limits.maxBufferSize);
    expect(device.capabilities.f16).toBe(device.gpu.features.has("shader-f16"));
  }
});

test("devices opened at the same time, and after one was destroyed, all work", async () => {
  const devices = await Promise.all([openDevice(), openDevice(), openDevice({ adapter: "software" })]);
  devices[0].gpu.destroy();
  using later = await openDevice();
  for (const device of [devices[1], devices[2], later]) expect(await runShader(device, numbers)).toEqual(affine);
  expect(devices[2].info.software).toBe(true);
  for (const device of devices) device[Symbol.dispose]();
});

test("a destroyed device settles `lost` with a DeviceLostError of reason destroyed, which later calls throw", async () => {
  const device = await openDevice();
  device.throwIfFailed();
  device.gpu.destroy();
  const lost = await device.lost;
  expect(lost).toBeInstanceOf(DeviceLostError);
  expect(lost.reason).toBe("destroyed");
  expect(() => device.throwIfFailed()).toThrow(DeviceLostError);
});

test("a call that WebGPU refuses surfaces at the next check", async () => {
  using device = await openDevice();
  device.gpu.createBuffer({ size: 2 * device.capabilities.maxBufferBytes, usage: GPUBufferUsage.STORAGE });
  await expect(device.idle()).rejects.toThrow(GpuValidationError);
});

test("memory that runs out is no mistake of ours, and says what to do", async () => {
  using device = await openDevice();
  const error = new GPUOutOfMemoryError("no heap has 9 GiB");
  device.gpu.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  expect(() => device.throwIfFailed()).toThrow(LimitError);
  expect(() => device.throwIfFailed()).toThrow(/9 GiB.*use a smaller batch or input/);
});

test.skipIf(whyNotEmbedded() !== undefined)(
  "the embedded SwiftShader opens beside any driver and leaves the environment as it was (linux-x64 alone)",
  async () => {
    const before = { ...process.env };
    process.env.KINDLING_ADAPTER = "swiftshader";
    try {
      using device = await openDevice();
      expect(device.info.architecture).toBe("swiftshader");
      expect(await runShader(device, numbers)).toEqual(affine);
    } finally {
      if (before.KINDLING_ADAPTER === undefined) delete process.env.KINDLING_ADAPTER;
      else process.env.KINDLING_ADAPTER = before.KINDLING_ADAPTER;
    }
    expect(process.env).toEqual(before);
  },
);

test("an adapter's name that nothing has is refused with the names that there are or the command that mends it", async () => {
  const before = process.env.KINDLING_ADAPTER;
  process.env.KINDLING_ADAPTER = "abacus";
  try {
    await expect(openDevice()).rejects.toThrow(/no adapter here has "abacus" in its name(: .*fix: |; KINDLING_ADAPTER can be)/);
    const description = await describeSystem();
    expect(description.adapter).toBeNull();
    expect(description.problems[0]?.what).toMatch(/abacus/);
  } finally {
    if (before === undefined) delete process.env.KINDLING_ADAPTER;
    else process.env.KINDLING_ADAPTER = before;
  }
});

test("the description is plain data about the adapter that opens, and every problem comes with a fix", async () => {
  using device = await openDevice();
  const description = await describeSystem();
  expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  expect(description.fingerprint).toBe(device.fingerprint);
  expect(description.software).toBe(device.info.software);
  expect(description.adapters.length).toBeGreaterThan(0);
  expect(description.limits.maxStorageBufferBindingSize).toBe(device.capabilities.maxBindingBytes);
  for (const { what, fix } of description.problems) expect([what, fix]).not.toContain("");
});

const open = `const device = await openDevice(); device.gpu.queue.submit([]); await device.idle(); console.log(device.info.description);`;

/** Bundles a module that may import from the package, and runs it in plain Node. */
function runInNode(contents: string): { status: number | null; stdout: string; stderr: string } {
  const outfile = path.join(temporary, `main${Math.random()}.mjs`);
  const stdin = { contents, resolveDir: packageFolder, loader: "ts" } as const;
  buildSync({ stdin, outfile, bundle: true, platform: "node", target: "node20", format: "esm", external: ["webgpu"], logLevel: "silent" });
  return spawnSync(process.execPath, [outfile], { encoding: "utf8" });
}

test("a bundle in plain Node opens a device and ends by itself with status 0", () => {
  const { status, stdout } = runInNode(`import { openDevice } from "./src/index.ts"; ${open}`);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(status).toBe(0);
});

test.skipIf(driverManifests().length > 0)(
  "a machine without any Vulkan driver is silent on standard error (skipped where drivers are installed)",
  () => {
    expect(runInNode(`import { openDevice } from "./src/index.ts"; ${open}`).stderr).toBe("");
  },
);

test("worker threads open a device after prepareSoftwareAdapter on the main thread", () => {
  const { status, stdout } = runInNode(`
    import { isMainThread, Worker } from "node:worker_threads";
    import { openDevice, prepareSoftwareAdapter } from "./src/index.ts";
    if (isMainThread) {
      await prepareSoftwareAdapter();
      const ended = [1, 2].map(() => new Promise((resolve) => new Worker(new URL(import.meta.url)).on("exit", resolve).on("error", (error) => console.log(error.message))));
      console.log((await Promise.all(ended)).join());
    } else { ${open} }`);
  expect(stdout.trim()).toMatch(/\n0,0$/);
  expect(status).toBe(0);
});

test("a bundle for the browser has nothing of Node and nothing of Dawn in it", () => {
  const stdin = { contents: `export { describeSystem, openDevice } from "./src/index.ts";`, resolveDir: packageFolder } as const;
  const { outputFiles } = buildSync({ stdin, bundle: true, platform: "browser", format: "esm", write: false, logLevel: "silent" });
  expect(outputFiles[0]!.text).toContain("navigator.gpu");
  expect(outputFiles[0]!.text).not.toMatch(/node:|from "webgpu"|import\("webgpu"\)/);
});

test("a device carries the choices of its fingerprint, and none where nobody gives any", async () => {
  const asked: string[] = [];
  const choices = new Map([["a call", new Map([["sources", "variant"]])]]);
  using device = await openDevice({
    async choices(fingerprint) {
      asked.push(fingerprint);
      return choices;
    },
  });
  expect(asked).toEqual([device.fingerprint]);
  expect(device.choices).toBe(choices);
  using plain = await openDevice();
  expect(plain.choices.size).toBe(0);
  await expect(openDevice({ choices: () => Promise.reject(new Error("no choices")) })).rejects.toThrow("no choices");
});
