import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { createModel, modelCosts, nameModule, outputsOf, type PoseModel, variablesOf } from "@kindling/models";
import { createRandom, decodeHeatmaps } from "@kindling/pose";
import { afterAll, expect, test } from "vitest";
import { EarlyExits, exitConfidence, leavingExit } from "./earlyExits.ts";
import { Evaluator } from "./evaluator.ts";
import { recordImages } from "./images.ts";
import { NetworkError } from "./networkError.ts";

const device = await openDevice();
afterAll(() => device[Symbol.dispose]());

const input = [64, 48] as const;
const joints = 3;
const identity = [1, 0, 0, 0, 1, 0] as const;
const model = named("multi-hrnet-w4");
const store = randomStore(model);
afterAll(() => store[Symbol.dispose]());
const crops = [1, 2, 3].map(randomCrop);
/** Key points at every exit, of every crop, by a run of the whole network. */
const everywhere = await everyExit();
const exits = await EarlyExits.create(device, { model, store, input });
afterAll(() => exits[Symbol.dispose]());

test("threshold 0 leaves every person at the first exit, with that exit's key points", async () => {
  for (const [i, crop] of crops.entries()) {
    expect(await exits.predict(crop, identity, 0)).toEqual({
      exit: 0,
      confidence: exitConfidence(everywhere[i]![0]!),
      keypoints: everywhere[i]![0],
    });
  }
});

test("a threshold that no peak reaches runs to the end, to the bits that the network without early exits gives", async () => {
  using evaluator = await Evaluator.create(device, { model, store, input, batchSize: 1, losses: [] });
  for (const crop of crops) {
    const plain = evaluator.decode(await evaluator.outputs(crop), 0, identity);
    expect(await exits.predict(crop, identity, Number.POSITIVE_INFINITY)).toMatchObject({ exit: 3, keypoints: plain });
  }
});

test("a threshold between leaves at the first exit that reaches it, whatever ran before", async () => {
  const confidences = everywhere.map((ofCrop) => ofCrop.map(exitConfidence));
  const left = new Set<number>();
  for (const threshold of confidences.flat()) {
    for (const [i, crop] of crops.entries()) {
      const { exit, confidence, keypoints } = await exits.predict(crop, identity, threshold);
      const at = leavingExit(confidences[i]!, threshold);
      expect({ exit, confidence, keypoints }).toEqual({ exit: at, confidence: confidences[i]![at], keypoints: everywhere[i]![at] });
      left.add(exit);
    }
  }
  expect(left.size).toBeGreaterThan(1);
});

test("the work until the exits grows to that of the whole network", () => {
  expect(exits.costs.map(({ name }) => name)).toEqual(["heatmaps.1", "heatmaps.2", "heatmaps.3", "heatmaps.4"]);
  const macs = exits.costs.map((exit) => exit.macs);
  expect(macs).toEqual([...macs].sort((a, b) => a - b));
  expect(macs[3]).toBe(modelCosts(model, input, 1).macs);
});

test("confidence is the mean of the peaks, none below 0; who is nowhere confident leaves at the last exit", () => {
  expect(exitConfidence(Float64Array.of(1, 2, 0.5, 3, 4, -2, 5, 6, 1))).toBe(0.5);
  expect(exitConfidence(Float64Array.of(1, 2, Number.NaN))).toBeNaN();
  expect([0, 0.2, 0.3, 0.7, 2].map((threshold) => leavingExit([0.2, 0.7, 0.1, 0.6], threshold))).toEqual([0, 0, 1, 1, 3]);
  expect(leavingExit([Number.NaN, 0.7], 0)).toBe(1);
});

test("a network with one exit is refused", async () => {
  const plain = named("hrnet-w4");
  using weights = randomStore(plain);
  await expect(EarlyExits.create(device, { model: plain, store: weights, input })).rejects.toThrow(
    new NetworkError("hrnet-w4 has no early exits; networks named multi-hrnet-wN have"),
  );
});

async function everyExit(): Promise<readonly (readonly Float64Array[])[]> {
  const graph = new Graph();
  const heads = outputsOf(model, recordImages(graph, 1, input, model.card), "eval");
  using program = await compile(graph, device, { store, outputs: Object.fromEntries(heads.entries()) });
  const found: Float64Array[][] = [];
  for (const crop of crops) {
    program.write("image", crop);
    program.run();
    const maps = await Promise.all(heads.map((_, i) => program.read(String(i))));
    const options = { heatmap: { height: 16, width: 12 }, joints, input: { height: 64, width: 48 }, toImage: identity };
    found.push(maps.map((heatmaps) => decodeHeatmaps(heatmaps, options)));
  }
  return found;
}

function named(name: string): PoseModel {
  const made = createModel(name, { joints });
  nameModule(made, "");
  return made;
}

/** Weights with which exits differ much: the first values of HRNet's heads are all but 0. */
function randomStore(network: PoseModel): ParameterStore {
  const variables = [...variablesOf(network)];
  const made = new ParameterStore(device, { variables: variables.map(([, variable]) => variable), trainable: () => false });
  const random = createRandom(7);
  for (const [name, variable] of variables) {
    const around = name.endsWith("running_var") || (variable.shape.length === 1 && name.endsWith("weight")) ? 1 : 0;
    const size = variable.shape.reduce((product, length) => product * length, 1);
    made.write(
      variable,
      Float32Array.from({ length: size }, () => around + 0.4 * (random() - 0.5)),
    );
  }
  return made;
}

function randomCrop(seed: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(seed);
  return Uint8Array.from({ length: input[0] * input[1] * 4 }, () => Math.floor(256 * random()));
}
