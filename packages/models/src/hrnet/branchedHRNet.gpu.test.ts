import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { countParameters } from "../countParameters.ts";
import { type CreateModelOptions, createModel } from "../createModel.ts";
import { exitCosts } from "../exitCosts.ts";
import { loadWeights } from "../loadWeights.ts";
import { nameModule, variablesOf } from "../module.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import { Float64Layers, map, type Planes, planes } from "../testing/float64Layers.ts";
import { randomSource } from "../testing/randomSource.ts";
import { trainedLike } from "../testing/trainedLike.ts";
import { branchOf } from "./branchOf.ts";
import { FeatureAggregationUnit } from "./featureAggregationUnit.ts";

const device = await openDevice();

test("its parameters are HRNet's, those of further last stages, and the aggregation's", () => {
  const plain = 28_536_113; // hrnet-w32
  const lastStage = 295_424 + 20_407_232 + 561;
  const aggregation = (branches: number) => (9 + 25 + 49) * 32 * 32 + 3 * 64 + (32 * 8 + 8) + branches * (8 * 17 + 17);
  for (const branches of [2, 3]) {
    expect(countParameters(createModel("okdhp-hrnet-w32", { branches }))).toBe(plain + (branches - 1) * lastStage + aggregation(branches));
  }
  const [first, second, ensemble] = exitCosts(named("okdhp-hrnet-w32", { branches: 2 }), [256, 192]);
  expect([first!.parameters, first!.macs]).toEqual([plain, 7_645_003_776]);
  expect(second!.parameters).toBe(plain + lastStage);
  const looks = (9 + 25 + 49) * 32 * 32 * 64 * 48 + 32 * 8 + 2 * 8 * 17;
  expect([ensemble!.parameters, ensemble!.macs]).toEqual([plain + lastStage + aggregation(2), second!.macs + looks]);
});

test("a branch alone is an HRNet with the branch's heatmaps", async () => {
  const whole = named("okdhp-hrnet-w4", { joints: 3, branches: 3 });
  const weights = trainedLike(whole, 5);
  const made = await outputs(whole, weights);
  expect(whole.card.outputs([32, 40]).map(({ name }) => name)).toEqual(["heatmaps.1", "heatmaps.2", "heatmaps.3", "ensemble"]);
  for (const branch of [1, 2, 3]) {
    const alone = branchOf("okdhp-hrnet-w4", weights, branch);
    expect(await outputs(named(alone.model, { joints: 3 }), alone.weights)).toEqual([made[branch - 1]]);
  }
  expect(() => branchOf("okdhp-hrnet-w4", weights, 4)).toThrow("okdhp-hrnet-w4 has branches 1 to 3, not 4");
  expect(() => branchOf("hrnet-w4", weights, 1)).toThrow("hrnet-w4 has no branches; networks named okdhp-hrnet-wN have");
});

test.each([
  [2, 3],
  [3, 1],
  [5, 4],
])("an ensemble of %i branches of %i joints is what float64 makes of the definition", async (branches, joints) => {
  const [channels, height, width] = [6, 5, 9];
  const unit = new FeatureAggregationUnit(channels, joints, branches);
  nameModule(unit, "");
  const weights = trainedLike(unit, 3);
  const random = randomSource(branches);
  const [features, ...heatmaps] = [channels, ...Array.from({ length: branches }, () => joints)].map((depth) =>
    planes(depth, height, width, () => Math.fround(random() - 0.5)),
  );
  using store = new ParameterStore(device, { variables: variablesOf(unit).values(), trainable: () => false });
  loadWeights(store, unit, weights, "test");
  const graph = new Graph();
  const inputs = [features!, ...heatmaps].map((one, i) => graph.input(`x${i}`, [1, height, width, one.channels], "f32"));
  const ensemble = unit.call([inputs[0]!, ...inputs.slice(1)], "eval");
  using program = await compile(graph, device, { store, outputs: { ensemble } });
  for (const [i, one] of [features!, ...heatmaps].entries()) program.write(`x${i}`, channelsLast(one));
  program.run();
  const expected = aggregate(weights, features!, heatmaps);
  expect(relativeError(await program.read("ensemble"), channelsLast(expected))).toBeLessThan(2e-6);
});

test("branches that there are not are refused, and other networks have none", () => {
  expect(() => createModel("okdhp-hrnet-w8", { branches: 1 })).toThrow("branches must be a whole number from 2 to 8, not 1");
  expect(() => createModel("hrnet-w8", { branches: 2 })).toThrow("hrnet-w8 has no branches to choose; okdhp-hrnet-w8 has");
  expect(() => createModel("okdhp-hrnet-w8", { stages: 2 })).toThrow("okdhp-hrnet-w8 has no stages to choose; multi-hrnet-w8 has");
});

/** Σ over branches of softmax(fcs(fc(mean over pixels of Σ relu(norm(conv(features))))))[branch, joint] · heatmaps, in float64. */
function aggregate(weights: StateDict, features: Planes, heatmaps: readonly Planes[]): Planes {
  const layers = new Float64Layers(weights);
  const looked = [0, 1, 2].map((i) =>
    map(layers.norm(layers.conv(features, `convs.${i}.0`, { padding: i + 1 }), `convs.${i}.1`), (value) => Math.max(0, value)),
  );
  const pixels = features.height * features.width;
  const means = Float64Array.from(
    { length: features.channels },
    (_, c) => looked.reduce((sum, { data }) => sum + data.subarray(c * pixels, (c + 1) * pixels).reduce((a, b) => a + b, 0), 0) / pixels,
  );
  const biased = (row: Float64Array, name: string): Float64Array =>
    layers.linear([row], name)[0]!.map((value, i) => value + layers.tensor(`${name}.bias`).data[i]!);
  const squeezed = biased(means, "fc");
  const scores = heatmaps.map((_, branch) => biased(squeezed, `fcs.${branch}`));
  const { channels, height, width } = heatmaps[0]!;
  return planes(channels, height, width, (joint, i, j) => {
    const sum = scores.reduce((total, score) => total + Math.exp(score[joint]!), 0);
    const at = (joint * height + i) * width + j;
    return heatmaps.reduce((total, { data }, branch) => total + (Math.exp(scores[branch]![joint]!) / sum) * data[at]!, 0);
  });
}

function channelsLast({ channels, height, width, data }: Planes): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % channels) * height * width + Math.floor(i / channels)]!);
}

function named(name: string, options: CreateModelOptions): PoseModel {
  const model = createModel(name, options);
  nameModule(model, "");
  return model;
}

async function outputs(model: PoseModel, weights: StateDict): Promise<readonly Float32Array[]> {
  const random = randomSource(7);
  using store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => false });
  loadWeights(store, model, weights, "test");
  const graph = new Graph();
  const made = outputsOf(model, graph.input("x", [2, 32, 40, 4], "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: Object.fromEntries(made.entries()) });
  program.write(
    "x",
    Float32Array.from({ length: 2 * 32 * 40 * 4 }, (_, i) => (i % 4 === 3 ? 0 : random() - 0.5)),
  );
  program.run();
  return Promise.all(made.map((_, i) => program.read(String(i))));
}
