import { backward, compile, Graph, mean, mul, ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { countParameters } from "../countParameters.ts";
import { createModel, heads } from "../createModel.ts";
import { heatmapSizeOf } from "../modelCard.ts";
import { modelCosts } from "../modelCosts.ts";
import { nameModule, variablesOf } from "../module.ts";
import { heatmapsOf, type PoseModel } from "../poseModel.ts";
import { randomSource } from "../testing/randomSource.ts";

const device = await openDevice();

test("the heads have the parameters and work of their definitions", () => {
  const costs = heads.map((head) => modelCosts(named(createModel("squeezenet-hpe", { head })), [384, 288], 1));
  const features = 595_652_288;
  const deconvolutions = 16 * 256 * (512 * 23 * 17 + 256 * 46 * 34); // each input pixel meets each of 4×4 taps
  expect(costs.map(({ parameters }) => parameters - 722_496)).toEqual([78_353, 78_353, 16 * 256 * (512 + 256) + 4 * 256 + 17 * 257]);
  expect(costs.map(({ macs }) => macs - features)).toEqual([541_458_432, 30_629_376, deconvolutions + 92 * 68 * 256 * 17]);
});

test.each(heads)(
  "the head %s fills the card's heatmaps for even and odd images, and its loss gives every parameter a gradient",
  async (head) => {
    const model = named(createModel("squeezenet-hpe", { joints: 3, width: 0.25, head }));
    const variables = [...variablesOf(model).values()];
    using store = new ParameterStore(device, { variables, trainable: () => true });
    store.initialise(variables, randomSource(5));
    const parameters = variables.filter(({ role }) => role === "parameter");
    for (const [height, width] of [
      [64, 48],
      [71, 50],
    ] as const) {
      const graph = new Graph();
      const heatmaps = heatmapsOf(model, graph.input("image", [2, height, width, 4], "f32"), "train");
      expect(heatmaps.shape).toEqual([2, ...heatmapSizeOf(model.card, [height, width]), 3]);
      const gradients = backward(
        mean(mul(heatmaps, heatmaps)),
        parameters.map((variable) => graph.use(variable)),
      );
      const outputs = Object.fromEntries(gradients.map((gradient, i) => [parameters[i]!.name, gradient!]));
      using program = await compile(graph, device, { store, outputs });
      const random = randomSource(6);
      program.write(
        "image",
        Float32Array.from({ length: 2 * height * width * 4 }, (_, i) => (i % 4 === 3 ? 0 : random() - 0.5)),
      );
      program.run();
      for (const { name } of parameters) expect((await program.read(name)).some((value) => value !== 0)).toBe(true);
    }
  },
);

test("a head before the up-sampling is the one after it in the middle of large cells: both interpolate and convolve, in another order", async () => {
  // With a 3×3 kernel that is zero but in its centre, the order does not matter.
  const [after, before] = await Promise.all(
    (["afterUpsampling", "beforeUpsampling"] as const).map(async (head) => {
      const model = named(createModel("squeezenet-hpe", { joints: 2, width: 0.25, head }));
      const variables = variablesOf(model);
      using store = new ParameterStore(device, { variables: variables.values(), trainable: () => false });
      store.initialise(variables.values(), randomSource(9));
      const weight = variables.get("conv_heatmap.weight")!;
      const [kernel = 0, , inChannels = 0, outChannels = 0] = weight.shape;
      const random = randomSource(10);
      const centre = 4 * inChannels * outChannels;
      const values = Float32Array.from({ length: kernel * kernel * inChannels * outChannels }, (_, i) =>
        i >= centre && i < centre + inChannels * outChannels ? random() - 0.5 : 0,
      );
      store.write(weight, values);
      const graph = new Graph();
      const heatmaps = heatmapsOf(model, graph.input("image", [1, 64, 64, 4], "f32"), "eval");
      using program = await compile(graph, device, { store, outputs: { heatmaps } });
      program.write(
        "image",
        Float32Array.from({ length: 64 * 64 * 4 }, (_, i) => (i % 4 === 3 ? 0 : Math.sin(i))),
      );
      program.run();
      return program.read("heatmaps");
    }),
  );
  expect(relativeError(before!, after!)).toBeLessThan(1e-5);
});

test("torchvision's classifier has its parameters and work, and MobileNetV2 with deconvolutions those of mmpose", () => {
  const classifier = named(createModel("squeezenet1_1"));
  expect(countParameters(classifier)).toBe(1_235_496);
  expect(modelCosts(classifier, [224, 224], 1).macs).toBe(349_151_936);
  const baseline = named(createModel("simplebaseline-mobilenetv2"));
  const deconvolutions = 16 * 256 * (1280 + 256 + 256) + 3 * 2 * 256;
  expect(countParameters(baseline)).toBe(2_223_872 + deconvolutions + 17 * 257);
});

function named(model: PoseModel): PoseModel {
  nameModule(model, "");
  return model;
}
