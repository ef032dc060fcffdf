import { compile, Graph, ParameterStore, type Tensor } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { createModel } from "./createModel.ts";
import { fileShapesOf } from "./fileLayout.ts";
import { foldBatchNorm, foldedIn } from "./foldBatchNorm.ts";
import { BatchNorm2d } from "./layers/batchNorm2d.ts";
import { Conv2d } from "./layers/conv2d.ts";
import { loadWeights } from "./loadWeights.ts";
import { type Mode, Module, nameModule, variablesOf } from "./module.ts";
import { heatmapsOf, type PoseModel } from "./poseModel.ts";
import { saveWeights } from "./saveWeights.ts";
import { readWeights } from "./stateDict/readWeights.ts";
import type { StateDict } from "./stateDict/stateDict.ts";
import { randomSource } from "./testing/randomSource.ts";
import { haveShared, sharedFile } from "./testing/sharedFiles.node.ts";
import { trainedLike } from "./testing/trainedLike.ts";

const device = await openDevice();

test("a network whose batch norms are folded gives the same heatmaps to rounding, with half the dispatches", async () => {
  const weights = trainedLike(named("hrnet-w8"));
  const image = Float32Array.from({ length: 2 * 64 * 48 * 4 }, randomOf(3));
  const [plain, folded] = [await evaluated(named("hrnet-w8"), weights, image), await evaluated(fold(named("hrnet-w8")), weights, image)];
  expect(relativeError(folded.heatmaps, plain.heatmaps)).toBeLessThan(3e-6);
  expect(folded.ops).not.toContain("batchNorm");
  expect(plain.ops.filter((op) => op === "batchNorm")).toHaveLength(292);
  expect(folded.ops).toHaveLength(plain.ops.length - 292);
});

test.skipIf(!haveShared)("a folded HRNet gives PyTorch's heatmaps (skipped where ../shared is absent)", async () => {
  const values = readWeights(sharedFile("golden/models/hrnet_w8_values.safetensors"), "values");
  const weights = readWeights(sharedFile("golden/models/hrnet_w8.pth"), "hrnet_w8.pth");
  const { shape, data } = values.get("x")!;
  const [batch = 0, , height = 0, width = 0] = shape;
  const image = channelsLast(data, batch, 3, height * width, 4);
  const { heatmaps } = await evaluated(fold(named("hrnet-w8")), weights, image, [batch, height, width]);
  const expected = values.get("output_eval")!;
  const [, joints = 0, outHeight = 0, outWidth = 0] = expected.shape;
  expect(relativeError(heatmaps, channelsLast(expected.data, batch, joints, outHeight * outWidth, joints))).toBeLessThan(1e-5);
});

test("folding keeps the names and shapes of the state dict, and doing it again changes nothing", () => {
  const model = named("hrnet-w8");
  const before = fileShapesOf(model);
  const biases = foldBatchNorm(model);
  expect(fileShapesOf(model)).toEqual(before);
  expect(biases).toHaveLength(292);
  expect(biases[0]!.name).toBe("conv1.folded_bias");
  expect(foldBatchNorm(model)).toEqual(biases);
  expect(foldBatchNorm(named("squeezenet-hpe"))).toEqual([]);
});

test("a convolution whose output someone looks at keeps its batch norm; other folded outputs have no name", async () => {
  const weights = trainedLike(named("hrnet-w8"));
  const image = Float32Array.from({ length: 2 * 64 * 48 * 4 }, randomOf(3));
  const model = named("hrnet-w8");
  expect(foldBatchNorm(model, { keep: ["layer1.0.conv2.out", "layer1.out"] })).toHaveLength(291);
  const graph = new Graph();
  model.call(graph.input("x", [1, 64, 48, 4], "f32"), "eval");
  expect(graph.find("layer1.0.conv2.out").source).toMatchObject({ kind: "node" });
  expect(graph.find("layer1.0.bn1.out")).toBeDefined();
  expect(() => graph.find("layer1.0.conv1.out")).toThrow(/no tensor is named/);
  const [plain, folded] = [await evaluated(named("hrnet-w8"), weights, image), await evaluated(model, weights, image)];
  expect(relativeError(folded.heatmaps, plain.heatmaps)).toBeLessThan(3e-6);
});

test("what was folded can be neither trained nor saved", async () => {
  const model = fold(named("hrnet-w8"));
  const graph = new Graph();
  expect(() => model.call(graph.input("x", [1, 64, 48, 4], "f32"), "train")).toThrow(/bn1 was folded .* it cannot be trained/);
  using store = storeOf(model);
  await expect(saveWeights(store, model)).rejects.toThrow(/conv1 holds bn1 folded into it/);
});

/** A convolution that a batch norm and another convolution read, then one, with a bias, that a batch norm alone reads. */
class Shared extends Module {
  readonly card = createModel("hrnet-w8", { joints: 1 }).card;
  readonly conv: Conv2d = new Conv2d(4, 4, 1);
  readonly bn: BatchNorm2d = new BatchNorm2d(4);
  readonly next: Conv2d = new Conv2d(4, 4, 1);
  readonly norm: BatchNorm2d = new BatchNorm2d(4, "relu");
  readonly head: Conv2d = new Conv2d(4, 1, 1);
  forward(x: Tensor, mode: Mode): Tensor {
    const y = this.conv.call(x, mode);
    this.bn.call(y, mode);
    return this.head.call(this.norm.call(this.next.call(y, mode), mode), mode);
  }
}

test("a convolution that two read is not folded; a bias is folded with the rest", async () => {
  const named = (): Shared => {
    const model = new Shared();
    nameModule(model, "");
    return model;
  };
  const model = named();
  expect(foldBatchNorm(model).map(({ name }) => name)).toEqual(["next.folded_bias"]);
  const weights = trainedLike(model);
  const image = Float32Array.from({ length: 2 * 8 * 8 * 4 }, randomOf(5));
  const [plain, folded] = [await evaluated(named(), weights, image, [2, 8, 8]), await evaluated(model, weights, image, [2, 8, 8])];
  expect(relativeError(folded.heatmaps, plain.heatmaps)).toBeLessThan(1e-6);
});

function named(name: string): PoseModel {
  const model = createModel(name, { joints: 17 });
  nameModule(model, "");
  return model;
}

function fold(model: PoseModel): PoseModel {
  foldBatchNorm(model);
  return model;
}

function storeOf(model: PoseModel): ParameterStore {
  const biases = foldedIn(model).map(({ bias }) => bias);
  return new ParameterStore(device, { variables: [...variablesOf(model).values(), ...biases], trainable: () => false });
}

async function evaluated(
  model: PoseModel,
  weights: StateDict,
  image: Float32Array<ArrayBuffer>,
  [batch, height, width]: readonly [number, number, number] = [2, 64, 48],
): Promise<{ readonly heatmaps: Float32Array; readonly ops: readonly string[] }> {
  using store = storeOf(model);
  loadWeights(store, model, weights, "test");
  const graph = new Graph();
  const output = heatmapsOf(model, graph.input("x", [batch, height, width, 4], "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: { output } });
  program.write("x", image);
  program.run();
  return { heatmaps: await program.read("output"), ops: graph.nodes.map(({ op }) => op.name) };
}

function randomOf(seed: number): () => number {
  const random = randomSource(seed);
  return () => 2 * random() - 1;
}

/** [n,c,pixels] as [n,pixels,inMemory]. */
function channelsLast(data: Float32Array, batch: number, channels: number, pixels: number, inMemory: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(batch * pixels * inMemory);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let pixel = 0; pixel < pixels; pixel++) result[(n * pixels + pixel) * inMemory + c] = data[(n * channels + c) * pixels + pixel]!;
  return result;
}
