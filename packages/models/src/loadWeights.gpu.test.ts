import { ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { createModel } from "./createModel.ts";
import { fileShapesOf } from "./fileLayout.ts";
import { loadBackbone } from "./loadBackbone.ts";
import { loadWeights } from "./loadWeights.ts";
import { type AnyModule, nameModule, variablesOf } from "./module.ts";
import { saveWeights } from "./saveWeights.ts";
import { SqueezeNetHPE } from "./squeezenet/squeezeNetHPE.ts";
import { readWeights } from "./stateDict/readWeights.ts";
import { WeightsMismatchError } from "./stateDict/report.ts";
import { randomSource } from "./testing/randomSource.ts";
import { haveShared, sharedFile } from "./testing/sharedFiles.node.ts";

const device = await openDevice();

test("what is saved has PyTorch's names and layouts without the root's name, and loads to the same numbers in another tree", async () => {
  const [from, to] = [new SqueezeNetHPE({ joints: 3, width: 0.25 }), new SqueezeNetHPE({ joints: 3, width: 0.25 })];
  using fromStore = storeOf(from, "student", 1);
  using toStore = storeOf(to, "teacher", 2);
  const saved = await saveWeights(fromStore, from);
  expect(new Map([...saved].map(([name, { shape }]) => [name, shape]))).toEqual(fileShapesOf(from));
  // [kh,kw,in,out] of memory is [out,in,kh,kw] of the file: element (5, 2, 1, 0), with 4 input channels in memory and 16 outputs.
  const { weight } = from.backbone[0];
  const inMemory = (await fromStore.read([weight])).get(weight)!;
  const { shape, data } = saved.get("backbone.0.weight")!;
  expect(shape).toEqual([16, 3, 3, 3]);
  expect(data[((5 * 3 + 2) * 3 + 1) * 3 + 0]).toBe(inMemory[((1 * 3 + 0) * 4 + 2) * 16 + 5]);

  loadWeights(toStore, to, saved, "memory");
  expect(await saveWeights(toStore, to)).toEqual(saved);
});

test("running statistics are saved and loaded with the parameters", async () => {
  const model = createModel("hrnet-w1", { joints: 1 });
  using store = storeOf(model, "m", 1);
  const saved = new Map(await saveWeights(store, model));
  expect(saved.get("bn1.running_var")).toEqual({ shape: [64], data: new Float32Array(64).fill(1) });
  saved.set("bn1.running_mean", { shape: [64], data: new Float32Array(64).fill(0.5) });
  loadWeights(store, model, saved, "memory");
  expect((await saveWeights(store, model)).get("bn1.running_mean")!.data[63]).toBe(0.5);
});

test("weights of another model are refused by name and shape, and nothing is written", async () => {
  const model = createModel("squeezenet-hpe", { joints: 3, width: 0.25 });
  using store = storeOf(model, "student", 1);
  const before = await saveWeights(store, model);
  const wrong = new Map(before);
  wrong.set("backbone.0.bias", { shape: [16], data: new Float32Array(16).fill(9) });
  wrong.set("conv_heatmap.weight", { shape: [17, 128, 3, 3], data: new Float32Array(17 * 128 * 9) });
  wrong.delete("conv_heatmap.bias");
  const load = () => loadWeights(store, model, wrong, "other.pth");
  expect(load).toThrow(WeightsMismatchError);
  expect(load).toThrow("other.pth");
  expect(load).toThrow("[17, 128, 3, 3], the model has [3, 128, 3, 3]");
  expect(await saveWeights(store, model)).toEqual(before);
});

test("a backbone comes from a classifier or from another pose network, and leaves the head alone", async () => {
  const [from, to] = [new SqueezeNetHPE({ joints: 3, width: 0.25 }), new SqueezeNetHPE({ joints: 5, width: 0.25 })];
  using fromStore = storeOf(from, "from", 1);
  using toStore = storeOf(to, "to", 2);
  const pose = await saveWeights(fromStore, from);
  const head = (await saveWeights(toStore, to)).get("conv_heatmap.weight");
  loadBackbone(toStore, to, pose, "pose.safetensors");
  const loaded = await saveWeights(toStore, to);
  expect(loaded.get("backbone.12.expand3x3.weight")).toEqual(pose.get("backbone.12.expand3x3.weight"));
  expect(loaded.get("conv_heatmap.weight")).toEqual(head);

  const classifier = new Map(
    [...pose].map(([name, tensor]) => [name.replace("backbone.", "features.").replace("conv_heatmap", "classifier.1"), tensor]),
  );
  classifier.set("features.0.bias", { shape: [16], data: new Float32Array(16).fill(2) });
  loadBackbone(toStore, to, classifier, "classifier.pth");
  expect((await saveWeights(toStore, to)).get("backbone.0.bias")!.data[3]).toBe(2);

  classifier.delete("features.3.squeeze.bias");
  expect(() => loadBackbone(toStore, to, classifier, "classifier.pth")).toThrow("1 missing (features.3.squeeze.bias)");
});

test("HRNet starts from its ImageNet classifier, which fuses all branches at the end and has layers of its own", async () => {
  const [from, to] = [createModel("hrnet-w1", { joints: 1 }), createModel("hrnet-w1", { joints: 3 })];
  using fromStore = storeOf(from, "from", 1);
  using toStore = storeOf(to, "to", 2);
  const classifier = new Map(await saveWeights(fromStore, from));
  const head = (await saveWeights(toStore, to)).get("final_layer.weight");
  classifier.delete("final_layer.bias");
  classifier.set("final_layer.0.weight", { shape: [1], data: new Float32Array(1) });
  for (const name of ["incre_modules.0.0.conv1.weight", "classifier.weight", "stage4.2.fuse_layers.3.0.0.0.weight"])
    classifier.set(name, { shape: [1], data: new Float32Array(1) });
  loadBackbone(toStore, to, classifier, "classifier.pth");
  const loaded = await saveWeights(toStore, to);
  expect(loaded.get("stage4.2.fuse_layers.0.3.0.weight")).toEqual(classifier.get("stage4.2.fuse_layers.0.3.0.weight"));
  expect(loaded.get("final_layer.weight")).toEqual(head);
  classifier.delete("stage4.2.fuse_layers.0.3.0.weight");
  expect(() => loadBackbone(toStore, to, classifier, "classifier.pth")).toThrow("1 missing (stage4.2.fuse_layers.0.3.0.weight)");
});

test("RTMPose starts from a file of another with other key points", async () => {
  const [from, to] = [createModel("rtmpose-t", { joints: 26 }), createModel("rtmpose-t", { joints: 17 })];
  using fromStore = storeOf(from, "from", 1);
  using toStore = storeOf(to, "to", 2);
  const file = await saveWeights(fromStore, from);
  loadBackbone(toStore, to, file, "body26.pth");
  expect((await saveWeights(toStore, to)).get("backbone.stem.0.conv.weight")).toEqual(file.get("backbone.stem.0.conv.weight"));
});

test.skipIf(!haveShared)(
  "the pretrained ImageNet features of ../shared (skipped where absent) fit the student and no narrower one",
  async () => {
    const file = readWeights(sharedFile("data/squeezenet/squeezenet1_1_features_imagenet_rgbnorm.safetensors"), "imagenet.safetensors");
    const model = new SqueezeNetHPE({ joints: 17 });
    using store = storeOf(model, "student", 1);
    loadBackbone(store, model, file, "imagenet.safetensors");
    expect((await saveWeights(store, model)).get("backbone.0.weight")).toEqual(file.get("features.0.weight"));
    const narrow = new SqueezeNetHPE({ joints: 17, width: 0.5 });
    using narrowStore = storeOf(narrow, "student", 1);
    expect(() => loadBackbone(narrowStore, narrow, file, "imagenet.safetensors")).toThrow(
      "of another shape (features.0.weight is [64, 3, 3, 3], the model has [32, 3, 3, 3]",
    );
  },
);

function storeOf(module: AnyModule, name: string, seed: number): ParameterStore {
  nameModule(module, name);
  const variables = [...variablesOf(module).values()];
  const store = new ParameterStore(device, { variables, trainable: () => true });
  store.initialise(variables, randomSource(seed));
  return store;
}
