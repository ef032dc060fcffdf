import { expect, test } from "vitest";
import { countParameters } from "./countParameters.ts";
import { type CreateModelOptions, createModel } from "./createModel.ts";
import { exitCosts } from "./exitCosts.ts";
import { foldBatchNorm } from "./foldBatchNorm.ts";
import { modelCosts } from "./modelCosts.ts";
import { nameModule } from "./module.ts";
import type { PoseModel } from "./poseModel.ts";

test("what runs until an exit is the network cut there, and what its last module computes for the next stage alone", () => {
  const model = named("multi-hrnet-w32");
  const exits = exitCosts(model, [256, 192]);
  expect(exits.map(({ name }) => name)).toEqual(["heatmaps.1", "heatmaps.2", "heatmaps.3", "heatmaps.4"]);
  const { layers, macs } = modelCosts(model, [256, 192], 1);
  const ofPart = (path: RegExp, of: "macs" | "parameters") =>
    layers.reduce((sum, layer) => sum + (path.test(layer.name) ? layer[of] : 0), 0);
  const unused = 32 * 17 + 17; // a cut network has the head of the stage that it ends with, the whole one of the fourth too
  for (const [i, exit] of exits.entries()) {
    const cut = named("multi-hrnet-w32", { stages: i + 1 });
    const forNext = [/^transition1\.1\./, /^stage2\.0\.fuse_layers\.1\./, /^stage3\.3\.fuse_layers\.[12]\./, /^$/][i]!;
    expect(exit.macs).toBe(modelCosts(cut, [256, 192], 1).macs + ofPart(forNext, "macs"));
    // Cut after the first stage a network has no second branch; cut later it has what the next stage would need.
    expect(exit.parameters).toBe(countParameters(cut) + (i === 0 ? ofPart(forNext, "parameters") : 0) - (i === 3 ? unused : 0));
  }
  expect(exits[3]!.macs).toBe(macs);
});

test("folding batch norms changes no exit's costs", () => {
  const [model, folded] = [named("multi-hrnet-w4"), named("multi-hrnet-w4")];
  foldBatchNorm(folded);
  expect(exitCosts(folded, [64, 48])).toEqual(exitCosts(model, [64, 48]));
});

test("a network with one output has one exit, one that does not predict with heatmaps none", () => {
  const student = named("squeezenet-hpe");
  expect(exitCosts(student, [384, 288])).toEqual([{ name: "heatmaps", parameters: 800_849, macs: 1_137_110_720 }]);
  expect(exitCosts(named("openpose-tiny"), [128, 128])).toEqual([]);
});

function named(name: string, options: CreateModelOptions = {}): PoseModel {
  const model = createModel(name, options);
  nameModule(model, "");
  return model;
}
