import { ParameterStore, TapError } from "@kindling/autograd";
import { openDevice, ShapeError } from "@kindling/gpu";
import { createModel, nameModule, type PoseModel, variablesOf } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { expect, test } from "vitest";
import { layerFeatures } from "./layerFeatures.ts";
import { stageTaps } from "./stageTaps.ts";
import { TapReader } from "./tapReader.ts";

const device = await openDevice();
const network = (name: string, joints = 17): PoseModel => {
  const model = createModel(name, { joints, input: [64, 48] });
  nameModule(model, "network");
  return model;
};

test.each([
  ["squeezenet-hpe", ["3", "4", "6", "7", "9", "10", "11", "12"].map((at) => `network.backbone.${at}.out`)],
  ["hrnet-w4", ["layer1.out", "stage2.0.out.0", "stage3.3.out.0", "stage4.2.out.0"].map((tap) => `network.${tap}`)],
])("the stages of %s are what its paper calls so, in order", (name, taps) => {
  expect(stageTaps(network(name), [64, 48])).toEqual(taps);
});

test.each(["multi-hrnet-w4", "rtmpose-t", "openpose-tiny", "openpose-lite", "simplebaseline-mobilenetv2"])("%s has stages too", (name) => {
  expect(stageTaps(network(name, name.startsWith("openpose") ? 18 : 17), [64, 48]).length).toBeGreaterThanOrEqual(2);
});

test("a reader gives a tensor of the network whatever else is read, by either form of its path; what is none or no image is refused", async () => {
  const model = createModel("squeezenet-hpe", { joints: 1, width: 0.125 });
  nameModule(model, "network");
  const variables = [...variablesOf(model).values()];
  using store = new ParameterStore(device, { variables, trainable: () => false });
  store.initialise(variables, createRandom(1, 1));
  const options = { model, store, input: [64, 48], batchSize: 2 } as const;
  using all = await TapReader.create(device, { ...options, taps: ["backbone.3.out", "network.backbone.4.out", "backbone.6.out"] });
  using one = await TapReader.create(device, { ...options, taps: ["backbone.4.out"] });
  const image = Uint8Array.from({ length: 2 * 64 * 48 * 4 }, (_, at) => (at * 31) % 251);
  const [alone] = await one.read(image);
  const among = (await all.read(image))[1]!;
  expect(all.shapes[1]).toEqual([2, 15, 11, 16]);
  expect(alone).toEqual(among);
  expect(alone!.some((value) => value > 0)).toBe(true);
  await expect(TapReader.create(device, { ...options, taps: ["backbone.5.out"] })).rejects.toThrow(TapError);
  const pose = network("rtmpose-t");
  const parts = { ...options, model: pose, taps: ["head.mlp.out"] };
  await expect(TapReader.create(device, parts)).rejects.toThrow(ShapeError);
});

test("features are the mean over the pixels, or the channels of pixels spread over the map", () => {
  const activation = Float32Array.from({ length: 2 * 2 * 3 * 2 }, (_, at) => at);
  const shape = [2, 2, 3, 2];
  expect([...layerFeatures(activation, shape, 2, { kind: "pooled" })]).toEqual([5, 6, 17, 18]);
  expect([...layerFeatures(activation, shape, 1, { kind: "flattened", positions: 99 })]).toEqual([...activation.slice(0, 12)]);
  expect([...layerFeatures(activation, shape, 2, { kind: "flattened", positions: 2 })]).toEqual([2, 3, 8, 9, 14, 15, 20, 21]);
});
