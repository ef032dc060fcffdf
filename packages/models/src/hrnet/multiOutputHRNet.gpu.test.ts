import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { countParameters } from "../countParameters.ts";
import { createModel } from "../createModel.ts";
import { fileShapesOf } from "../fileLayout.ts";
import { loadWeights } from "../loadWeights.ts";
import { modelCosts } from "../modelCosts.ts";
import { nameModule, variablesOf } from "../module.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import { randomSource } from "../testing/randomSource.ts";

const device = await openDevice();

test("W32 has the parameters of the published fork; cut after a stage, those of an exit alone", () => {
  const count = (stages: number) => countParameters(createModel("multi-hrnet-w32", { joints: 17, stages }));
  expect(count(4)).toBe(28_538_357);
  const exit = 32 * 17 + 17;
  // An exit alone has no other heads, and the last one not the unused fourth of the intermediate layers.
  const alone = [1, 2, 3, 4].map((stages) => count(stages) - (stages === 4 ? 4 : stages - 1) * exit);
  expect(alone).toEqual([399_409, 937_841, 7_833_457, 28_536_113]);
});

test("the work up to each stage of W32 is what its code's authors count: with the transition after it, without the exit's convolution", () => {
  const model = named("multi-hrnet-w32", 4, 17);
  const { layers } = modelCosts(model, [256, 192], 1);
  const upTo = (parts: RegExp) => layers.reduce((sum, { name, macs }) => sum + (parts.test(name) ? macs : 0), 0);
  expect(upTo(/^(conv\d|layer1|transition1)\b/)).toBe(1_342_439_424);
  expect(upTo(/^(conv\d|layer1|transition[12]|stage2)\b/)).toBe(1_825_308_672);
  expect(upTo(/^(conv\d|layer1|transition|stage[23]\b)/)).toBe(4_742_971_392);
  expect(upTo(/^(?!intermediate_layers)/)).toBe(7_645_003_776);
});

test("an exit is the same whether later stages are built or not, and the last is plain HRNet's heatmap", async () => {
  const whole = named("multi-hrnet-w4", 4, 3);
  const random = randomSource(7);
  const weights: StateDict = new Map(
    [...fileShapesOf(whole)].map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const around = name.endsWith("running_var") || (shape.length === 1 && name.endsWith("weight")) ? 1 : 0;
      return [name, { shape, data: Float32Array.from({ length }, () => around + 0.4 * (random() - 0.5)) }];
    }),
  );
  const image = Float32Array.from({ length: 2 * 32 * 40 * 4 }, (_, i) => (i % 4 === 3 ? 0 : random() - 0.5));
  const all = await heatmaps(whole, weights, image);
  expect(all.map((maps) => maps.length)).toEqual(Array(4).fill(2 * 8 * 10 * 3));
  expect(new Set(all.map(String)).size).toBe(4);
  for (const stages of [1, 2, 3]) {
    const cut = named("multi-hrnet-w4", stages, 3);
    expect(await heatmaps(cut, only(weights, cut), image)).toEqual(all.slice(0, stages));
  }
  const plain = named("hrnet-w4", undefined, 3);
  expect(await heatmaps(plain, only(weights, plain), image)).toEqual([all[3]]);
});

test("stages that there are not are refused, and plain HRNet has none to choose", () => {
  expect(() => createModel("multi-hrnet-w32", { joints: 17, stages: 5 })).toThrow("stages must be 1, 2, 3 or 4, not 5");
  expect(() => createModel("hrnet-w32", { joints: 17, stages: 2 })).toThrow("hrnet-w32 has no stages to choose; multi-hrnet-w32 has");
});

function named(name: string, stages: number | undefined, joints: number): PoseModel {
  const model = createModel(name, stages === undefined ? { joints } : { joints, stages });
  nameModule(model, "");
  return model;
}

/** The tensors of a state dict that a network has. */
function only(weights: StateDict, model: PoseModel): StateDict {
  const names = fileShapesOf(model);
  return new Map([...weights].filter(([name]) => names.has(name)));
}

async function heatmaps(model: PoseModel, weights: StateDict, image: Float32Array<ArrayBuffer>): Promise<readonly Float32Array[]> {
  using store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => false });
  loadWeights(store, model, weights, "test");
  const graph = new Graph();
  const outputs = outputsOf(model, graph.input("x", [2, 32, 40, 4], "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: Object.fromEntries(outputs.entries()) });
  program.write("x", image);
  program.run();
  return Promise.all(outputs.map((_, i) => program.read(String(i))));
}
