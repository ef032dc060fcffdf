import { Graph } from "@kindling/autograd";
import { expect, test } from "vitest";
import { countParameters } from "./countParameters.ts";
import { createModel } from "./createModel.ts";
import { fileShapesOf } from "./fileLayout.ts";
import { heatmapSizeOf } from "./modelCard.ts";
import { ModelError } from "./modelError.ts";
import { type AnyModule, nameModule } from "./module.ts";
import { outputsOf } from "./poseModel.ts";
import { SqueezeNetHPE } from "./squeezenet/squeezeNetHPE.ts";
import { haveShared, publishedShapes } from "./testing/sharedFiles.node.ts";

test.each([
  ["squeezenet-hpe", 800_849],
  ["hrnet-w32", 28_536_113],
  ["hrnet-w48", 63_595_745],
] as const)("%s has the published number of parameters", (name, count) => {
  expect(countParameters(createModel(name, { joints: 17 }))).toBe(count);
});

test("the parts of both networks have the parameters that their papers' code has", () => {
  const { backbone, conv_heatmap } = new SqueezeNetHPE({ joints: 17 });
  const layers = ([0, 3, 4, 6, 7, 9, 10, 11, 12] as const).map((i) => countParameters(backbone[i]));
  expect(layers).toEqual([1792, 11_408, 12_432, 45_344, 49_440, 104_880, 111_024, 188_992, 197_184]);
  expect(countParameters(backbone)).toBe(722_496);
  expect(countParameters(conv_heatmap)).toBe(78_353);

  const parts = new Map(
    createModel("hrnet-w32", { joints: 17 })
      .parts()
      .map(([name, part]) => [name, part as AnyModule]),
  );
  const count = (start: string) => [...parts].reduce((sum, [name, part]) => sum + (name.startsWith(start) ? countParameters(part) : 0), 0);
  expect(["conv1", "bn1", "conv2", "bn2", "layer1"].map(count)).toEqual([1728, 128, 36_864, 128, 286_208]);
  expect(["transition1", "stage2", "transition2", "stage3", "transition3", "stage4", "final_layer"].map(count)).toEqual([
    221_376, 390_848, 73_984, 6_821_632, 295_424, 20_407_232, 561,
  ]);
});

test.skipIf(!haveShared).each([
  ["squeezenet1_1", 1000, "squeezenet1_1"],
  ["squeezenet-hpe", 17, "squeezenet_hpe"],
  ["hrnet-w32", 17, "pose_hrnet_w32_256x192"],
  ["hrnet-w48", 17, "pose_hrnet_w48_384x288"],
  ["rtmpose-t", 17, "rtmpose_t"],
  ["rtmpose-s", 17, "rtmpose_s"],
  ["rtmpose-m", 17, "rtmpose_m"],
  ["rtmpose-l", 17, "rtmpose_l"],
  ["rtmpose-x", 133, "rtmpose_x384"],
] as const)(
  "%s with %i key points or classes has the names and shapes of the published checkpoint (skipped where ../shared is absent)",
  (name, joints, file) => {
    expect(Object.fromEntries(fileShapesOf(createModel(name, { joints })))).toEqual(publishedShapes(file));
  },
);

test.each([
  ["squeezenet-hpe", 384, 288, 96, 72],
  ["squeezenet-hpe", 33, 47, 9, 12],
  ["hrnet-w8", 256, 192, 64, 48],
  ["hrnet-w8", 72, 72, 18, 18],
  ["hrnet-w7", 33, 47, 9, 12],
  ["hrnet-w256", 32, 32, 8, 8],
] as const)("%s maps %i × %i to heatmaps of %i × %i, as its card says", (name, height, width, heatmapHeight, heatmapWidth) => {
  const model = createModel(name, { joints: 5 });
  nameModule(model, "student");
  const graph = new Graph();
  const [y] = outputsOf(model, graph.input("x", [2, height, width, 4], "f32"), "eval");
  expect(y!.shape).toEqual([2, heatmapHeight, heatmapWidth, 5]);
  expect(heatmapSizeOf(model.card, [height, width])).toEqual([heatmapHeight, heatmapWidth]);
  expect(model.card.name).toBe(name);
  expect(graph.find("student.out")).toBe(y);
});

test("a heatmap size of one's own holds for every input", () => {
  const model = new SqueezeNetHPE({ joints: 17, heatmap: [10, 6] });
  nameModule(model, "m");
  expect(model.call(new Graph().input("x", [1, 64, 64, 4], "f32"), "eval").shape).toEqual([1, 10, 6, 17]);
});

test("width multiplies SqueezeNet's channels in steps of eight, and the narrowest still runs", () => {
  const shapes = fileShapesOf(createModel("squeezenet-hpe", { joints: 17, width: 0.5 }));
  expect(shapes.get("backbone.0.weight")).toEqual([32, 3, 3, 3]);
  expect(shapes.get("backbone.9.squeeze.weight")).toEqual([24, 128, 1, 1]);
  expect(shapes.get("conv_heatmap.weight")).toEqual([17, 256, 3, 3]);
  const narrow = new SqueezeNetHPE({ joints: 1, width: 0.01 });
  nameModule(narrow, "m");
  expect(narrow.backbone.outChannels).toBe(16);
  expect(narrow.call(new Graph().input("x", [1, 32, 32, 4], "f32"), "eval").shape).toEqual([1, 8, 8, 1]);
});

test("names and options that do not exist are refused, telling the nearest name", () => {
  const fail = (name: string, joints: number, width?: number) => () =>
    createModel(name, width === undefined ? { joints } : { joints, width });
  expect(fail("squeezenet_hpe", 17)).toThrow(new ModelError('no model is named "squeezenet_hpe"; the nearest is squeezenet-hpe'));
  expect(fail("hrnet-w0", 17)).toThrow("the nearest is hrnet-w8");
  expect(fail("hrnet48", 17)).toThrow("the nearest is hrnet-w48");
  expect(fail("hrnet-w32", 17, 0.5)).toThrow("has its width in its name");
  expect(() => createModel("hrnet-w8", { joints: 17, refinements: 1 })).toThrow(
    new ModelError("hrnet-w8 has no refinements: leave it out", "refinements"),
  );
  expect(fail("squeezenet-hpe", 0)).toThrow("joints must be a whole number from 1, not 0");
  expect(fail("squeezenet-hpe", 17, -1)).toThrow("width must be a positive number, not -1");
  expect(fail("squeezenet-hpe", 17, Number.NaN)).toThrow("width must be a positive number, not NaN");
});
