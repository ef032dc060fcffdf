import { compile, Graph } from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { outputsOf } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageInput, recordImages } from "../images.ts";
import { createNetworks, type Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { recipeDigest } from "../recipeDigest.node.ts";
import type { Snapshot } from "../snapshot.ts";
import { randomBatch } from "../testing/randomBatch.ts";
import { teacherWeights } from "../testing/teacherWeights.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "../testing/tinyRun.node.ts";
import type { TrainEvent } from "../trainEvent.ts";
import { TrainStep } from "../trainStep.ts";
import { termNorms } from "./termMeasures.ts";

const device = await openDevice();
const { f16 } = device.capabilities;
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const gt = "{ name: gt, kind: mse, weight: 0.25 }";
const kd = "{ name: kd, kind: spatialKl, temperature: 2, logitScale: 5, weight: 0.75 }";
const inner = "{ name: inner, kind: feature, student: student.backbone.10.out, teacher: teacher.backbone.10.out, adapter: conv1x1 }";
const unclipped = "{ kind: sgd, learningRate: 1, weightDecay: 0 }";
const balance = "{ kind: gradientBalance, momentum: 1 }";

function recipeOf(changes: Readonly<Record<string, string>> = {}, losses: readonly string[] = [gt, kd]): Recipe {
  return tinyRecipe(data, { teacher: "{ model: squeezenet-hpe, width: 0.125, weights: /teacher }", ...changes }, losses);
}

/** Steps over one batch from the recipe's first weights, at a learning rate of 0; the norms of the last one's pulls. */
async function pullsOf(recipe: Recipe, lossWeights: readonly number[], steps = 1): Promise<readonly number[]> {
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  using step = await TrainStep.create(device, recipe, networks);
  for (let i = 1; i <= steps; i++) await (await step.run(randomBatch(recipe), { step: i, learningRate: 0, lossWeights })).outcome;
  const norms = termNorms(networks.store, recipe);
  return [...(await networks.store.read([norms])).get(norms)!];
}

test("a term's pull is the norm of its weighted gradient at the student's heatmaps", async () => {
  const recipe = recipeOf();
  const batch = randomBatch(recipe);
  const heatmaps = await predictionOf(recipe, batch.image);
  const { target, mask } = batch.targets;
  const joints = recipe.student.joints;
  const cells = recipe.data.heatmap[0] * recipe.data.heatmap[1];
  const visible = mask!.reduce((sum, weight) => sum + weight, 0);
  const squares = heatmaps.reduce((sum, value, i) => {
    const weight = mask![Math.floor(i / (cells * joints)) * joints + (i % joints)]!;
    return sum + ((2 * weight * (value - target![i]!)) / (visible * cells)) ** 2;
  }, 0);
  const [ofLabels] = await pullsOf(recipe, [0.25, 0.75]);
  expect(Math.abs(ofLabels! / (0.25 * Math.sqrt(squares)) - 1)).toBeLessThan(1e-4);
});

test("pulls grow with their weights alone, are the whole batch's in parts, and a term inside the networks has none", async () => {
  const terms = [gt, kd, inner];
  const [once, twice] = [await pullsOf(recipeOf({}, terms), [1, 1, 1]), await pullsOf(recipeOf({}, terms), [2, 0.5, 1])];
  expect(once[2]).toBe(0);
  expect(once.slice(0, 2).every((norm) => norm > 0)).toBe(true);
  expect(Math.abs(twice[0]! / once[0]! - 2)).toBeLessThan(1e-5);
  expect(Math.abs(twice[1]! / once[1]! - 0.5)).toBeLessThan(1e-5);
  for (const accumulate of ["2", "4"]) {
    const inParts = await pullsOf(recipeOf({ accumulate }, terms), [1, 1, 1], 2);
    for (const i of [0, 1]) expect(Math.abs(inParts[i]! / once[i]! - 1)).toBeLessThan(1e-5);
  }
});

test.runIf(f16)("in f16 the loss scale is taken out of the pulls (needs f16)", async () => {
  const [single, half] = [await pullsOf(recipeOf(), [1, 1]), await pullsOf(recipeOf({ precision: "f16" }), [1, 1])];
  for (const i of [0, 1]) expect(Math.abs(half[i]! / single[i]! - 1)).toBeLessThan(0.02);
});

test.each(["1", "2"])(
  "balanced in %s parts, 25 %% and 75 %% are shares of the gradients, whatever the losses' scales",
  async (accumulate) => {
    const plain = await pullsOf(recipeOf({ accumulate }), [0.25, 0.75], 2);
    const balanced = await pullsOf(recipeOf({ accumulate, weighting: balance, optimizer: unclipped }), [0.25, 0.75], 2);
    const share = ([a = 0, b = 0]: readonly number[]): number => a / (a + b);
    expect(Math.abs(share(plain) - 0.25)).toBeGreaterThan(0.05);
    expect(share(balanced)).toBeCloseTo(0.25, 5);
    // The first term keeps its weight.
    expect(Math.abs(balanced[0]! / plain[0]! - 1)).toBeLessThan(1e-5);
  },
);

test("a learned uncertainty has the gradient w (1 − L e⁻ˢ), and scales the term's own by e⁻ˢ", async () => {
  const recipe = recipeOf({ weighting: "{ kind: uncertainty }", optimizer: unclipped });
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  const { store, weighting } = networks;
  const s = [0.5, -0.25];
  for (const [i, variable] of weighting.uncertainties.entries()) store.write(variable, Float32Array.of(s[i]!));
  using step = await TrainStep.create(device, recipe, networks);
  const { losses } = await (await step.run(randomBatch(recipe), { step: 1, learningRate: 0, lossWeights: [2, 3] })).outcome;
  const gradients = weighting.uncertainties.map((variable) => store.gradientOf(variable));
  const values = await store.read(gradients);
  for (const [i, loss] of [losses.gt!, losses.kd!].entries()) {
    const expected = [2, 3][i]! * (1 - loss * Math.exp(-s[i]!));
    expect(Math.abs(values.get(gradients[i]!)![0]! - expected)).toBeLessThan(1e-5);
  }
  const total = 2 * (losses.gt! * Math.exp(-0.5) + 0.5) + 3 * (losses.kd! * Math.exp(0.25) - 0.25);
  expect(Math.abs(losses.total! - total)).toBeLessThan(1e-5);
  const norms = (await store.read([termNorms(store, recipe)])).get(termNorms(store, recipe))!;
  const plain = await pullsOf(recipeOf(), [2, 3]);
  expect(Math.abs(norms[0]! / (plain[0]! * Math.exp(-0.5)) - 1)).toBeLessThan(1e-4);
});

test.each(["1", "2"])("in %s parts an uncertainty of nothing visible is drawn down by its whole weight", async (accumulate) => {
  const recipe = tinyRecipe(data, { weighting: "{ kind: uncertainty }", optimizer: unclipped, accumulate }, [gt]);
  using networks = createNetworks(device, recipe, {});
  using step = await TrainStep.create(device, recipe, networks);
  const batch = randomBatch(recipe);
  batch.targets.mask!.fill(0);
  await (await step.run(batch, { step: 1, learningRate: 0.5, lossWeights: [3] })).outcome;
  const [s] = networks.weighting.uncertainties;
  expect([...(await networks.store.read([s!])).get(s!)!]).toEqual([-1.5]);
});

test.each([
  ["{ kind: uncertainty }", "1"],
  ["{ kind: gradientBalance }", "2"],
])(
  "a run weighted by %s in %s parts gives the same bytes when it is stopped in an epoch or at its end and resumed",
  async (weighting, accumulate) => {
    const recipe = recipeOf({ weighting, accumulate });
    const whole = await train(recipe);
    for (const stopAt of [2, 3]) {
      const stopped = await train(recipe, undefined, stopAt);
      // What a file keeps of it.
      const state = JSON.parse(JSON.stringify(stopped.snapshot.state)) as Snapshot["state"];
      const resumed = await train(recipe, { ...stopped.snapshot, state });
      expect(resumed.snapshot).toEqual(whole.snapshot);
      expect([...stopped.events.slice(0, -1), ...resumed.events]).toEqual(whole.events);
    }
    const [epoch] = whole.events.filter((event) => event.kind === "epoch");
    expect(Object.keys(epoch!.terms!)).toEqual(["gt", "kd"]);
    const shares = Object.values(epoch!.terms!).map(({ gradientShare }) => gradientShare!);
    expect(shares[0]! + shares[1]!).toBeCloseTo(1, 12);
  },
);

test("what a weighting learns is saved with the state and not with the student, and does not decay", async () => {
  const recipe = recipeOf({ weighting: "{ kind: uncertainty }", "optimizer.weightDecay": "0.5" });
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe));
  expect([...tiny.networks.store.persistent.keys()]).toContain("uncertainty.kd");
  expect([...(await tiny.trainer.studentWeights()).keys()].filter((name) => name.includes("uncertainty"))).toEqual([]);
  const s = tiny.networks.weighting.uncertainties[0]!;
  const segments = tiny.networks.store.segments.filter(({ group }) => group.weightDecayFactor === 0);
  expect(segments.map(({ parameters }) => tiny.networks.store.rangeOf(parameters).buffer)).toContain(tiny.networks.store.rangeOf(s).buffer);
});

test("looking at the pulls changes no bit and belongs to no digest", async () => {
  const [looking, blind] = [recipeOf(), recipeOf({ gradientShares: "never" })];
  expect(recipeDigest(looking)).toBe(recipeDigest(blind));
  const [seen, unseen] = [await train(looking), await train(blind)];
  expect([...unseen.snapshot.tensors]).toEqual([...seen.snapshot.tensors]);
  expect(unseen.events.some((event) => "terms" in event)).toBe(false);
});

async function predictionOf(recipe: Recipe, image: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  using networks: Networks = createNetworks(device, recipe, teacherWeights(recipe));
  const graph = new Graph();
  const { student, store } = networks;
  const [heatmaps] = outputsOf(student, recordImages(graph, recipe.data.batchSize, recipe.data.input, student.card), "eval");
  using program = await compile(graph, device, { store, outputs: { heatmaps: heatmaps! } });
  program.write(imageInput, image);
  program.run();
  return program.read("heatmaps");
}

interface Outcome {
  /** Without what only the clock decides. */
  readonly events: readonly TrainEvent[];
  readonly snapshot: Snapshot;
}

/** A whole run, or one stopped after a step. */
async function train(recipe: Recipe, resume?: Snapshot, stopAt?: number): Promise<Outcome> {
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe), resume);
  const abort = new AbortController();
  const events: TrainEvent[] = [];
  for await (const event of tiny.trainer.run(abort.signal)) {
    events.push(event.kind === "epoch" ? { ...event, imagesPerSecond: 0 } : event);
    if (event.kind === "step" && event.step === stopAt) abort.abort();
  }
  return { events, snapshot: await tiny.trainer.snapshot() };
}
