import { Graph } from "@kindling/autograd";
import { expect, test } from "vitest";
import { countParameters } from "../countParameters.ts";
import { type CreateModelOptions, createModel } from "../createModel.ts";
import { fileShapesOf } from "../fileLayout.ts";
import { modelCosts } from "../modelCosts.ts";
import { ModelError } from "../modelError.ts";
import { nameModule, variablesOf } from "../module.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import { haveShared, publishedShapes } from "../testing/sharedFiles.node.ts";

test("Lightweight OpenPose has the published parameters, part by part, and work", () => {
  expect([0, 1, 3].map((refinements) => countParameters(named("openpose-lite", { refinements })))).toEqual([
    2_483_065, 4_091_698, 7_308_964,
  ]);
  const parts = new Map<string, number>();
  for (const [name, { role, shape }] of variablesOf(named("openpose-lite"))) {
    const part = name.split(".")[0]!;
    // The first convolution's fourth image channel is no parameter.
    const size = shape.reduce((product, length) => product * length, 1) * (name === "model.0.0.weight" ? 3 / 4 : 1);
    if (role === "parameter") parts.set(part, (parts.get(part) ?? 0) + size);
  }
  expect(Object.fromEntries(parts)).toEqual({ model: 1_613_120, cpm: 265_856, initial_stage: 604_089, refinement_stages: 1_608_633 });
  expect(modelCosts(named("openpose-lite"), [368, 368], 1).macs).toBe(8_881_647_616);
  expect(modelCosts(named("openpose-lite"), [256, 456], 1).macs).toBe(7_656_013_824);
});

test("its students have the parameters of their scripts with batch norm's, and the one in between what the document says", () => {
  const students = ["openpose-medium", "openpose-tiny", "openpose-tiny-378k"].map((name) => named(name));
  expect(students.map(countParameters)).toEqual([656_889 + 2112, 111_409 + 848, 378_009]);
  const macs = students.map((model) => modelCosts(model, [128, 128], 1).macs);
  expect(macs.map((count) => Math.round(count / 1e5) / 10).slice(0, 2)).toEqual([348.1, 87.6]);
  expect([...fileShapesOf(students[1]!)].slice(0, 3)).toEqual([
    ["conv1.op.weight", [16, 3, 3, 3]],
    ["conv1.op.bias", [16]],
    ["conv1.bn.weight", [16]],
  ]);
});

test.skipIf(!haveShared).each([
  [1, "lightweight_openpose_r1"],
  [3, "lightweight_openpose_r3"],
] as const)(
  "with %i refinements it has the names and shapes of the published checkpoint (skipped where ../shared is absent)",
  (refinements, file) => {
    expect(Object.fromEntries(fileShapesOf(named("openpose-lite", { refinements })))).toEqual(publishedShapes(file));
  },
);

test.each([
  ["openpose-lite", 64, 80],
  ["openpose-lite", 65, 71],
  ["openpose-medium", 128, 128],
  ["openpose-tiny", 63, 129],
] as const)("%s puts out the maps of its card for %i × %i", (name, height, width) => {
  const model = named(name);
  const outputs = outputsOf(model, new Graph().input("x", [2, height, width, 4], "f32"), "eval");
  const card = model.card.outputs([height, width]);
  expect(card.map((output) => output.name).slice(0, 2)).toEqual(["heatmaps.1", "pafs.1"]);
  expect(outputs.map(({ shape }) => shape)).toEqual(card.map(({ shape }) => [2, ...shape]));
});

test("other numbers of key points and of refinements are refused", () => {
  expect(() => createModel("openpose-lite", { joints: 17 })).toThrow(new ModelError("openpose-lite has 18 key points, not 17", "joints"));
  expect(() => createModel("openpose-tiny", { refinements: 1 })).toThrow("openpose-tiny has no refinements");
  expect(() => createModel("openpose-lite", { refinements: 9 })).toThrow("from 0 to 8, not 9");
});

function named(name: string, options: CreateModelOptions = {}): PoseModel {
  const model = createModel(name, options);
  nameModule(model, "");
  return model;
}
