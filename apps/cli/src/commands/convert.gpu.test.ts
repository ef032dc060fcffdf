import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { sizeOf } from "@kindling/gpu";
import {
  branchOf,
  createModel,
  encodeOnnx,
  exportOnnx,
  fileShapesOf,
  foldBatchNorm,
  nameModule,
  readSafetensors,
  writeSafetensors,
} from "@kindling/models";
import { inputOf, networkMetadata, readNetworkFile, writeResults } from "@kindling/trainer";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { run, folder } = tiny;
const { samples } = tiny.dataset;
const at = (name: string) => path.join(folder, name);
await writeFile(at("unnamed.safetensors"), writeSafetensors(readSafetensors(await readFile(run.bestWeights)).tensors));
await writeResults(run.results, [
  { epoch: 1, step: 2, "validation/pck": 0.25, "validation/loss": 3 },
  { epoch: 2, step: 4, "validation/pck": 0.5, "validation/loss": 2 },
]);

test("a run becomes an ONNX file: the network of its best weights, its batch norms folded", async () => {
  const { status, out, err } = await kindling("convert", run.path, at("tiny.onnx"), "--json");
  expect(status, err).toBe(0);
  const network = await readNetworkFile(run.path);
  foldBatchNorm(network.model);
  const onnx = exportOnnx(network.model, network.weights.tensors, network.weights.source, inputOf(network));
  const file = await readFile(at("tiny.onnx"));
  expect(file.equals(Buffer.concat([...encodeOnnx(onnx)]))).toBe(true);
  expect(JSON.parse(out)).toMatchObject({
    model: "squeezenet-hpe",
    nodes: onnx.nodes.length,
    bytes: file.length,
    inputs: [{ name: "image", shape: ["batch", 3, 64, 48] }],
    outputs: [{ name: "heatmaps", shape: ["batch", 17, 16, 12] }],
  });
});

test("a run becomes a folder with what it measured, and the folder predicts what the run does", async () => {
  const published = at("published");
  const { status, out, err } = await kindling("convert", run.path, `${published}/`);
  expect(status, err).toBe(0);
  expect(out).toContain("config.json, model.safetensors, README.md");
  const readme = await readFile(path.join(published, "README.md"), "utf8");
  expect(readme).not.toContain(folder); // no path of this machine
  const [, front = ""] = readme.split("---\n");
  const dataset = path.parse(tiny.files.annotations).name;
  const metric = ["type: pck", "name: PCK@0.1 of the box", "value: 0.5"];
  for (const line of ["library_name: kindling", "pipeline_tag: keypoint-detection", `datasets:\n  - ${dataset}`, ...metric])
    expect(front).toContain(line);
  const [ofRun, ofFolder] = [await readNetworkFile(run.path), await readNetworkFile(published)];
  expect(ofFolder).toMatchObject({ network: ofRun.network, input: ofRun.input, run: null });
  expect(ofFolder.weights.tensors).toEqual(ofRun.weights.tensors);
  const predicted = await Promise.all(
    [run.path, published].map(async (weights, i) => {
      const { status, out, err } = await kindling("predict", samples[0]!.imagePath, `weights=${weights}`, `out=${at(`out${i}`)}`, "--json");
      expect(status, err).toBe(0);
      return (JSON.parse(out) as { predictions: unknown }).predictions;
    }),
  );
  expect(predicted[1]).toEqual(predicted[0]);
});

test("weights of others become a folder when the network is told; nothing is said of a training", async () => {
  const published = at("others");
  const words = [at("unnamed.safetensors"), `${published}/`, "model=squeezenet-hpe", "width=0.25", "input=64x48", "dtype=f16"];
  const { status, err } = await kindling("convert", ...words);
  expect(status, err).toBe(0);
  const readme = await readFile(path.join(published, "README.md"), "utf8");
  for (const word of ["metrics", "datasets", "Training"]) expect(readme).not.toContain(word);
  const { tensors } = readSafetensors(await readFile(path.join(published, "model.safetensors")));
  const [first] = [...tensors.values()];
  expect(first!.data[0]).toBe(Math.fround(first!.data[0]!));
  await rm(path.join(published, "model.safetensors"));
  await writeFile(path.join(published, "config.json"), '{ "model": "squeezenet-hpe" }');
  await expect(readNetworkFile(published)).rejects.toThrow("must say model, joints, width and input");
});

test("weights are rewritten with their metadata", async () => {
  const { status, err } = await kindling("convert", run.bestWeights, at("copy.safetensors"));
  expect(status, err).toBe(0);
  expect(await readFile(at("copy.safetensors"))).toEqual(await readFile(run.bestWeights));
});

test("one branch of an ensemble becomes a network of its own, as weights and as ONNX", async () => {
  const model = createModel("okdhp-hrnet-w4", { joints: 3, branches: 2 });
  nameModule(model, "");
  const tensors = new Map(
    [...fileShapesOf(model)].map(([name, shape], i) => [name, { shape, data: new Float32Array(sizeOf(shape)).fill(0.5 + i) }]),
  );
  const network = { model: "okdhp-hrnet-w4", joints: 3, width: 1, branches: 2 };
  await writeFile(at("branched.safetensors"), writeSafetensors(tensors, networkMetadata({ ...network, input: [64, 48] })));
  const { status, err } = await kindling("convert", at("branched.safetensors"), at("branch.safetensors"), "branch=2");
  expect(status, err).toBe(0);
  const kept = await readNetworkFile(at("branch.safetensors"));
  expect(kept).toMatchObject({ network: { model: "hrnet-w4", joints: 3, width: 1 }, input: [64, 48] });
  expect(kept.weights.tensors).toEqual(branchOf("okdhp-hrnet-w4", tensors, 2).weights);
  expect(new Set(kept.weights.tensors.keys())).toEqual(new Set(fileShapesOf(kept.model).keys()));
  const onnx = await kindling("convert", at("branched.safetensors"), at("branch.onnx"), "branch=2", "--json");
  expect(JSON.parse(onnx.out)).toMatchObject({ model: "hrnet-w4", outputs: [{ name: "heatmaps" }] });
  for (const [file, branch, message] of [
    ["branched.safetensors", "3", "has branches 1 to 2, not 3"],
    ["branch.safetensors", "1", "hrnet-w4 has no branches"],
  ] as const) {
    const refused = await kindling("convert", at(file), at("refused.safetensors"), `branch=${branch}`);
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.err).toContain(message);
    expect(existsSync(at("refused.safetensors"))).toBe(false);
  }
});

await mkdir(at("empty"));
const onnx = at("not.onnx");
test.each([
  ["a file that there is not", [at("none.pth"), onnx], /none.pth: there is no such/],
  ["a folder that is no network", [at("empty"), onnx], /empty: this is neither a run folder, .* nor a model folder/],
  ["a file that does not say its network", [at("unnamed.safetensors"), onnx], /does not say which network it holds/],
  ["a file that does not say its input", [at("unnamed.safetensors"), onnx, "model=squeezenet-hpe"], /give input=HxW/],
  ["weights of another network", [run.path, onnx, "model=squeezenet-hpe", "width=0.5"], /the weights do not fit the model/],
  ["a kind of file that cannot be written", [run.path, at("not.pt")], /must end in .safetensors, .onnx or \/ \(a folder\)/],
  ["a place that there is not", [run.path, at("none/not.onnx")], /there is no folder/],
  ["ONNX in f16", [run.path, onnx, "dtype=f16"], /ONNX files hold f32/],
  ["a network's option for weights alone", [run.bestWeights, at("not.safetensors"), "joints=3"], /joints is for networks/],
  ["a folder as weights alone", [run.path, at("not.safetensors")], /is a folder: name a file in it/],
  ["the folder of a run as the place", [run.bestWeights, run.path], /is the folder of a run; name another one/],
])("%s is refused with exit status 2, and nothing is written", async (_, words, message) => {
  const { status, err } = await kindling("convert", ...words);
  expect(err).toMatch(message);
  expect(status).toBe(2);
  for (const name of ["not.onnx", "not.pt", "not.safetensors"]) expect(existsSync(at(name))).toBe(false);
});
