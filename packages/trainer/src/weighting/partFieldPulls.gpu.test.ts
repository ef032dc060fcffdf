import { compile, Graph } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { outputsOf, type PoseModel } from "@kindling/models";
import { createRandom, fieldChannels, heatmapChannels } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageInput, recordImages } from "../images.ts";
import { createNetworks, type Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { teacherWeights } from "../testing/teacherWeights.ts";
import { createTinyData, type TinyData, tinyRecipe } from "../testing/tinyRun.node.ts";
import { TrainStep } from "../trainStep.ts";
import { termNorms } from "./termMeasures.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const term = (name: string, against: string, maps: string): string =>
  `{ name: ${name}, kind: maskedL2, against: ${against}, maps: ${maps}, normalization: paper }`;
const together = [term("gt", "groundTruth", "both"), term("kd", "teacher", "both")];
const apart = [
  term("gtHeatmaps", "groundTruth", "heatmaps"),
  term("gtPafs", "groundTruth", "pafs"),
  term("kdHeatmaps", "teacher", "heatmaps"),
  term("kdPafs", "teacher", "pafs"),
];

function recipeOf(losses: readonly string[], changes: Readonly<Record<string, string>> = {}): Recipe {
  const networks = { student: "{ model: openpose-tiny, joints: 18 }", teacher: "{ model: openpose-tiny, joints: 18, weights: /teacher }" };
  const codec = { "data.input": "[64, 64]", "data.codec": "{ kind: pafs, sigma: 5 }", "data.batchSize": "2" };
  return tinyRecipe(data, { ...networks, ...codec, ...changes }, losses);
}

test("what terms over heatmaps and fields pull is the norm of their gradients at all maps that they look at", async () => {
  const recipe = recipeOf(together);
  const batch = randomScenes(recipe);
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  const [student, teacher] = [
    await mapsOf(recipe, networks, networks.student, "train", batch),
    await mapsOf(recipe, networks, networks.teachers[0]!.model, "eval", batch),
  ];
  const { heatmaps, pafs, mask } = batch.targets;
  // L = Σ ((ŷ − y) · mask)² / 2n, so ∂L/∂ŷ = (ŷ − y) · mask² / n.
  const squares = (made: Float32Array, target: Float32Array, masked: boolean): number => {
    const channels = made.length / mask!.length;
    const factor = (i: number) => (masked ? mask![Math.floor(i / channels)]! ** 2 : 1) / recipe.data.batchSize;
    return made.reduce((sum, value, i) => sum + ((value - target[i]!) * factor(i)) ** 2, 0);
  };
  const expected = [
    squares(student[0]!, heatmaps!, true),
    squares(student[1]!, pafs!, true),
    squares(student[0]!, teacher[0]!, false),
    squares(student[1]!, teacher[1]!, false),
  ];
  const ofMaps = await pullsOf(recipeOf(apart), [0.25, 0.25, 0.75, 0.75]);
  for (const [i, pull] of ofMaps.entries()) expect(pull / Math.sqrt(expected[i]!)).toBeCloseTo(i < 2 ? 0.25 : 0.75, 5);
  const both = await pullsOf(recipe, [0.25, 0.75]);
  expect(both[0]! / Math.sqrt(expected[0]! + expected[1]!)).toBeCloseTo(0.25, 5);
  expect(both[1]! / Math.sqrt(expected[2]! + expected[3]!)).toBeCloseTo(0.75, 5);
});

test("balanced, 25 % and 75 % of two terms over heatmaps and fields are shares of the gradients", async () => {
  const plain = await pullsOf(recipeOf(together), [0.25, 0.75], 2);
  const balanced = await pullsOf(recipeOf(together, { weighting: "{ kind: gradientBalance, momentum: 1 }" }), [0.25, 0.75], 2);
  const share = ([a = 0, b = 0]: readonly number[]): number => a / (a + b);
  expect(Math.abs(share(plain) - 0.25)).toBeGreaterThan(0.02);
  expect(share(balanced)).toBeCloseTo(0.25, 5);
});

/** Steps over one batch from the recipe's first weights, at a learning rate of 0; the norms of the last one's pulls. */
async function pullsOf(recipe: Recipe, lossWeights: readonly number[], steps = 1): Promise<readonly number[]> {
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  using step = await TrainStep.create(device, recipe, networks);
  for (let i = 1; i <= steps; i++) await (await step.run(randomScenes(recipe), { step: i, learningRate: 0, lossWeights })).outcome;
  const norms = termNorms(networks.store, recipe);
  return [...(await networks.store.read([norms])).get(norms)!];
}

/** Seeded pictures, maps and masks of the recipe's sizes. */
function randomScenes({ data: { batchSize, input, heatmap } }: Recipe): Batch {
  const random = createRandom(3);
  const cells = batchSize * heatmap[0] * heatmap[1];
  const values = (length: number, value: () => number) => Float32Array.from({ length }, value);
  return {
    image: Uint8Array.from({ length: batchSize * input[0] * input[1] * 4 }, () => 256 * random()),
    targets: {
      heatmaps: values(cells * heatmapChannels, random),
      pafs: values(cells * fieldChannels, () => 2 * random() - 1),
      mask: values(cells, () => Math.round(2 * random()) / 2),
    },
    indices: Uint32Array.from({ length: batchSize }, (_, i) => i),
    valid: batchSize,
  };
}

/** What a network says of a batch: heatmaps and fields. */
async function mapsOf(
  { data: { batchSize, input } }: Recipe,
  { store }: Networks,
  model: PoseModel,
  mode: "train" | "eval",
  batch: Batch,
): Promise<readonly Float32Array[]> {
  const graph = new Graph();
  const [heatmaps, pafs] = outputsOf(model, recordImages(graph, batchSize, input, model.card), mode);
  using program = await compile(graph, device, { store, outputs: { heatmaps: heatmaps!, pafs: pafs! } });
  program.write(imageInput, batch.image);
  program.run();
  return [await program.read("heatmaps"), await program.read("pafs")];
}
