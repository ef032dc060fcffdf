import { Graph } from "@kindling/autograd";
import { expect, test } from "vitest";
import { createModel } from "../createModel.ts";
import { foldBatchNorm } from "../foldBatchNorm.ts";
import { modelCosts } from "../modelCosts.ts";
import { ModelError } from "../modelError.ts";
import { nameModule } from "../module.ts";
import { outputsOf } from "../poseModel.ts";

/** Published parameters, and multiply–accumulates in millions as far as they are published. */
test.each([
  ["rtmpose-t", [256, 192], 17, 3_337_007, 354.6],
  ["rtmpose-s", [256, 192], 17, 5_473_251, 676.2],
  ["rtmpose-m", [256, 192], 17, 13_587_611, 1917],
  ["rtmpose-m", [384, 288], 17, 13_717_659, null],
  ["rtmpose-l", [256, 192], 17, 27_660_339, 4142],
  ["rtmpose-l", [384, 288], 17, 27_790_387, null],
  ["rtmpose-x", [384, 288], 17, 49_434_283, 17_160],
  ["rtmpose-x", [384, 288], 26, 49_998_772, null],
  ["rtmpose-m", [256, 192], 133, 17_953_039, 2200],
  ["rtmpose-l", [384, 288], 133, 33_610_919, null],
  ["rtmpose-x", [384, 288], 133, 56_709_919, null],
] as const)("%s at %j for %i key points has %i parameters", (name, input, joints, parameters, millions) => {
  const model = createModel(name, { joints, input });
  nameModule(model, "");
  const costs = modelCosts(model, input, 1);
  expect(costs.parameters).toBe(parameters);
  if (millions !== null) expect(Math.abs(costs.macs / 1e6 / millions - 1)).toBeLessThan(joints === 133 ? 0.01 : 3e-4);
  const graph = new Graph();
  const [height, width] = input;
  const outputs = outputsOf(model, graph.input("x", [2, height, width, 4], "f32"), "eval");
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [2, joints, 2 * width],
    [2, joints, 2 * height],
  ]);
  expect(model.card.outputs(input).map((output) => [output.name, [2, ...output.shape]])).toEqual([
    ["simcc_x", outputs[0]!.shape],
    ["simcc_y", outputs[1]!.shape],
  ]);
  expect(graph.find("head.cls_y.out")).toBe(outputs[1]);
});

test("folded, no batch norm is left, and parameters and work stay the same", () => {
  const [plain, folded] = [createModel("rtmpose-t", { joints: 17 }), createModel("rtmpose-t", { joints: 17 })];
  nameModule(plain, "");
  nameModule(folded, "");
  foldBatchNorm(folded);
  const [before, after] = [plain, folded].map((model) => modelCosts(model, [256, 192], 1));
  expect({ parameters: after!.parameters, macs: after!.macs }).toEqual({ parameters: before!.parameters, macs: before!.macs });
  expect(after!.layers.flatMap(({ ops }) => ops)).not.toContain("batchNorm");
});

test("an image of another size is refused, telling which it takes; so are options that it does not have", () => {
  const model = createModel("rtmpose-m", { joints: 17 });
  nameModule(model, "");
  expect(() => model.call(new Graph().input("x", [1, 384, 288, 4], "f32"), "eval")).toThrow(
    new ModelError("rtmpose-m was made for an input of 256x192 pixels and takes no other; got 384x288"),
  );
  expect(() => createModel("rtmpose-m", { joints: 17, width: 2 })).toThrow("rtmpose-m has no width: leave it out");
  expect(() => createModel("rtmpose-n", { joints: 17 })).toThrow("the nearest is rtmpose-");
});
