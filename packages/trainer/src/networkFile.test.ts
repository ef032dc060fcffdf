import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type StateDict, writeSafetensors } from "@kindling/models";
import { afterAll, expect, test } from "vitest";
import { inputOf, readNetworkFile } from "./networkFile.node.ts";
import { RunFolderError } from "./runFolder.node.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-network-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const tensors: StateDict = new Map([["a", { shape: [1], data: Float32Array.of(7) }]]);

async function weightsFile(name: string, metadata?: Readonly<Record<string, string>>): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, writeSafetensors(tensors, metadata));
  return file;
}

const ours = await weightsFile("ours.safetensors", { model: "squeezenet-hpe", joints: "5", width: "0.5", input: "96x64" });
const others = await weightsFile("others.safetensors");

test("a file of ours names its network and input", async () => {
  const network = await readNetworkFile(ours);
  expect(network.model.card).toMatchObject({ name: "squeezenet-hpe", joints: 5 });
  expect(network.model.path).toBe("network");
  expect(inputOf(network)).toEqual([96, 64]);
  expect(network.weights).toMatchObject({ source: ours, tensors });
  expect(network.run).toBeNull();
});

test("what the user says wins, and the file's width stays with the file's model", async () => {
  const network = await readNetworkFile(ours, { model: "hrnet-w8", input: [64, 64] });
  expect(network.model.card).toMatchObject({ name: "hrnet-w8", joints: 5 });
  expect(network.input).toEqual([64, 64]);
});

test("a file's coding decides how it is read, unless the user says another; one that is not known is refused", async () => {
  const said = { model: "squeezenet-hpe", joints: "5", width: "0.5", input: "96x64" };
  const udp = await weightsFile("udp.safetensors", { ...said, encoding: "udp", sigma: "1.5" });
  const codec = { kind: "heatmaps", encoding: "udp", sigma: 1.5, heatmap: { height: 24, width: 16 } };
  expect((await readNetworkFile(udp)).reading).toEqual({ codec, crop: "padded" });
  expect((await readNetworkFile(udp, { input: [48, 48] })).reading).toEqual({
    codec: { ...codec, heatmap: { height: 12, width: 12 } },
    crop: "padded",
  });
  expect((await readNetworkFile(udp, { encoding: "msra" })).reading).toEqual({ codec: { ...codec, encoding: "msra" }, crop: "padded" });
  expect((await readNetworkFile(ours)).reading).toEqual({ crop: "padded" });
  expect((await readNetworkFile(ours, { encoding: "udp" })).reading).toEqual({ codec: { ...codec, sigma: 1 }, crop: "padded" });
  const later = await weightsFile("later.safetensors", { ...said, encoding: "udp2", sigma: "1.5" });
  await expect(readNetworkFile(later)).rejects.toThrow('the weights say that their heatmaps are "udp2" of σ 1.5; known are unbiased');
  await expect(readNetworkFile(ours, { model: "rtmpose-t", input: [256, 192], encoding: "udp" })).rejects.toThrow(
    "encoding is of heatmaps; rtmpose-t",
  );
});

test("any other file needs a model, and an input where images are cropped", async () => {
  await expect(readNetworkFile(others)).rejects.toThrow("others.safetensors does not say which network it holds; give model=");
  const network = await readNetworkFile(others, { model: "hrnet-w8" });
  expect(network.model.card.joints).toBe(17);
  expect(() => inputOf(network)).toThrow("give input=HxW");
  expect(inputOf(await readNetworkFile(others, { model: "hrnet-w8", input: [64, 48] }))).toEqual([64, 48]);
});

test("a network that cannot take the input, and a model that does not exist, are refused by name", async () => {
  await expect(readNetworkFile(ours, { input: [8, 8] })).rejects.toMatchObject({
    name: "NetworkError",
    message: expect.stringContaining("8x8"),
  });
  await expect(readNetworkFile(ours, { model: "hrnet" })).rejects.toMatchObject({ name: "ModelError" });
});

test("what is no network on disk is refused by its name", async () => {
  await expect(readNetworkFile(path.join(folder, "none"))).rejects.toMatchObject({ name: "NetworkError" });
  await expect(readNetworkFile(folder)).rejects.toThrow(RunFolderError);
  const bytes = path.join(folder, "short.pth");
  await writeFile(bytes, "no weights");
  await expect(readNetworkFile(bytes, { model: "hrnet-w8" })).rejects.toMatchObject({ name: "WeightsFileError" });
  const run = path.join(folder, "run");
  await mkdir(run);
  await writeFile(path.join(run, "recipe.yaml"), "name: x\n");
  await expect(readNetworkFile(run)).rejects.toThrow("no weights/best.safetensors");
});
