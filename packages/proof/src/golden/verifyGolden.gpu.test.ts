import { openDevice } from "@kindling/gpu";
import { type StateDict, writeSafetensors } from "@kindling/models";
import { expect, test } from "vitest";
import { type GoldenFiles, verifyGolden } from "../index.ts";

const device = await openDevice();

/** A folder that holds two entries: a relu whose values are right, and an op that nobody has. */
const index = { relu: { op: "relu", inputs: ["x"], gradients: ["x"] }, warp: { op: "warp", inputs: ["x"], gradients: [] } };
const right: StateDict = new Map(
  Object.entries({ x: [-1, 2, 3], output: [0, 2, 3], cotangent: [5, 6, 7], grad_x: [0, 6, 7] }).map(([name, values]) => [
    name,
    { shape: [3], data: Float32Array.from(values) },
  ]),
);

test("a right case passes, an unknown op is told apart and neither passes nor fails", async () => {
  const report = await verifyGolden(device, folder(index, right));
  expect(report).toMatchObject({ cases: [{ name: "ops/relu", error: 0, pass: true, tensors: { output: 0, grad_x: 0 } }], failed: 0 });
  expect(report.unsupported).toEqual([{ name: "ops/warp", reason: "there is no op warp" }]);
});

test("a wrong element fails its case by name, with the tensor's error and where to look", async () => {
  const wrong = new Map([...right, ["grad_x", { shape: [3], data: Float32Array.of(0, 6, 8) }]]);
  const report = await verifyGolden(device, folder(index, wrong));
  expect(report.failed).toBe(1);
  expect(report.cases[0]).toMatchObject({ pass: false, error: 0.1, tensors: { output: 0, grad_x: 0.1 } });
  expect(report.lookAt["ops/relu"]).toContain("gradcheck relu");
});

test("a reference that is not finite never passes", async () => {
  const wrong = new Map([...right, ["output", { shape: [3], data: Float32Array.of(0, Number.NaN, 3) }]]);
  expect((await verifyGolden(device, folder(index, wrong))).cases[0]).toMatchObject({ pass: false, error: Number.POSITIVE_INFINITY });
});

test("a case that throws has failed, with what it threw, and the others still run", async () => {
  const conv = { op: "conv2d", inputs: ["x", "weight"], gradients: [], stride: 1, padding: 0, dilation: 1, groups: 1 };
  const image = { shape: [1, 1, 1, 1], data: Float32Array.of(1) };
  const tensors = new Map([...right, ["x", image], ["weight", { shape: [1, 2, 1, 1], data: Float32Array.of(1, 2) }]]);
  const report = await verifyGolden(device, folder({ conv, ...index }, tensors));
  expect(report.cases.map(({ name }) => name)).toEqual(["ops/conv", "ops/relu"]);
  expect(report.cases[0]).toMatchObject({ pass: false, problem: expect.stringContaining("conv2d") });
});

test("only= chooses by the beginning of the name; nothing to choose from is an error that says what there is", async () => {
  expect((await verifyGolden(device, folder(index, right), { only: "ops/rel" })).unsupported).toEqual([]);
  await expect(verifyGolden(device, folder(index, right), { only: "models/" })).rejects.toThrow(
    'no case begins with "models/"; there are ops',
  );
});

test("a folder that is absent, empty, or lacks a file that its index names is a GoldenError", async () => {
  const empty: GoldenFiles = { name: "empty", read: async () => undefined, list: async (part) => (part === "" ? [] : undefined) };
  await expect(verifyGolden(device, empty)).rejects.toMatchObject({ name: "GoldenError", message: expect.stringContaining("holds no") });
  await expect(verifyGolden(device, { ...empty, list: async () => undefined })).rejects.toThrow("there is no such folder");
  const incomplete: GoldenFiles = { ...folder(index, right), read: async (path) => (path.endsWith(".json") ? json(index) : undefined) };
  await expect(verifyGolden(device, incomplete)).rejects.toThrow("ops/relu.safetensors is missing");
  const damaged: GoldenFiles = { ...folder(index, right), read: async () => new TextEncoder().encode("{") };
  await expect(verifyGolden(device, damaged)).rejects.toThrow("ops/index.json is no JSON");
});

test("an aborted signal stops before the next case", async () => {
  const signal = AbortSignal.abort();
  await expect(verifyGolden(device, folder(index, right), { signal })).rejects.toMatchObject({ name: "AbortError" });
});

/** Every case file holds the same tensors. */
function folder(entries: unknown, tensors: StateDict): GoldenFiles {
  return {
    name: "golden",
    read: async (path) => (path.startsWith("../") ? undefined : path.endsWith(".json") ? json(entries) : writeSafetensors(tensors)),
    list: async (part) => (part === "" || part === "ops" ? [] : undefined),
  };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
