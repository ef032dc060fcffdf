import type { Variable } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { variablesOf } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradientSums } from "./gradientSums.ts";
import { createNetworks, type Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { recipeDigest } from "./recipeDigest.node.ts";
import type { Snapshot } from "./snapshot.ts";
import { randomBatch } from "./testing/randomBatch.ts";
import { teacherWeights } from "./testing/teacherWeights.ts";
import { createTinyData, createTinyTrainer, groundTruthTerm, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import type { TrainEvent } from "./trainEvent.ts";
import { type StepOutcome, TrainStep } from "./trainStep.ts";

const device = await openDevice();
const { f16 } = device.capabilities;
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const optimizer = "{ kind: sgd, learningRate: 1, momentum: 0.9, weightDecay: 1e-4 }";
const teacher = "{ model: hrnet-w4, weights: /teacher }";
const terms = [
  "{ name: adaptiveWing, kind: adaptiveWing }",
  "{ name: mse, kind: mse }",
  "{ name: adaptiveWingOfTeacher, kind: adaptiveWing, against: teacher }",
  "{ name: mseOfTeacher, kind: mse, against: teacher }",
  "{ name: spatialKl, kind: spatialKl, temperature: 2, logitScale: 10 }",
  "{ name: feature, kind: feature, student: student.backbone.10.out, teacher: teacher.layer1.out, adapter: conv1x1 }",
  "{ name: jointsMse, kind: jointsMse, normalization: paper }",
  "{ name: jointsMseOfTeacher, kind: jointsMse, against: teacher, joints: labelled }",
  "{ name: smoothL1, kind: smoothL1, beta: 0.1 }",
  "{ name: ohkm, kind: ohkm, topk: 3 }",
  "{ name: spatialKlConfident, kind: spatialKl, temperature: 2, logitScale: 10, confidence: { radius: 2 } }",
  "{ name: spatialKlOfTeacherLabelled, kind: spatialKl, temperature: 1, joints: labelled }",
  "{ name: jointsKlOfTeacher, kind: jointsKl, joints: labelled, normalization: paper }",
  "{ name: sumSquaresOfTeacher, kind: feature, student: student.backbone.10.out, teacher: teacher.layer1.out, adapter: conv1x1, distance: sumSquares }",
  "{ name: channelsOfTeacher, kind: channelWiseKl, student: student.backbone.10.out, teacher: teacher.layer1.out, adapter: conv1x1 }",
  "{ name: attentionOfTeacher, kind: attentionTransfer, student: student.backbone.10.out, teacher: teacher.layer1.out }",
];

test.each([...terms.map((term) => [term, [term]] as const), ["all kinds of losses", terms] as const])(
  "of %s, losses, gradients and the update in parts are those of the whole batch, however unevenly joints are visible",
  async (_, losses) => {
    const ofTeacher = losses.some((term) => /eacher|spatialKl/.test(term));
    const recipe = tinyRecipe(data, { optimizer, ...(ofTeacher ? { teacher } : {}) }, losses);
    const batch = unevenBatch(recipe);
    const whole = await oneStep(recipe, batch);
    expect(Object.values(whole.losses).every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    for (const accumulate of losses.length > 1 ? [2, 4] : [4]) {
      const inParts = await oneStep({ ...recipe, accumulate }, batch);
      for (const [name, value] of Object.entries(whole.losses))
        expect(Math.abs(inParts.losses[name]! / value - 1), name).toBeLessThan(2e-5);
      expect(distance(inParts.gradients, whole.gradients)).toBeLessThan(2e-5);
      expect(distance(inParts.change, whole.change)).toBeLessThan(2e-5);
    }
  },
);

test("clipping acts on the sum: parts whose gradients all exceed the bound give the clipped gradient of the whole batch", async () => {
  const clipped = (clipNorm: number): Recipe =>
    tinyRecipe(data, { optimizer: `{ kind: sgd, learningRate: 1, weightDecay: 0, clipNorm: ${clipNorm} }` });
  const { losses } = await oneStep(clipped(1e9), randomBatch(clipped(1)));
  const clipNorm = losses.norm! / 10;
  const batch = randomBatch(clipped(clipNorm));
  const whole = await oneStep(clipped(clipNorm), batch);
  expect(Math.hypot(...whole.change)).toBeCloseTo(clipNorm, 4);
  const inParts = await oneStep({ ...clipped(clipNorm), accumulate: 4 }, batch);
  expect(Math.abs(inParts.losses.norm! / whole.losses.norm! - 1)).toBeLessThan(1e-5);
  expect(distance(inParts.change, whole.change)).toBeLessThan(2e-5);
});

test("a batch without a visible joint teaches nothing, whatever the parts", async () => {
  const recipe = tinyRecipe(data, { accumulate: "2", optimizer });
  const batch = randomBatch(recipe);
  batch.targets.mask!.fill(0);
  const { losses, gradients } = await oneStep(recipe, batch);
  expect(losses).toEqual({ gt: 0, total: 0, norm: 0 });
  expect(gradients.every((value) => value === 0)).toBe(true);
});

test("batch norm's statistics are those of the parts, one after the other, and gradients the mean of theirs", async () => {
  const recipe = tinyRecipe(
    data,
    {
      student: "{ model: multi-hrnet-w4, stages: 2 }",
      "data.input": "[64, 64]",
      optimizer: "{ kind: sgd, learningRate: 1, weightDecay: 0 }",
    },
    ["{ name: gt, kind: mse }"],
  );
  const batch = randomBatch(recipe);
  batch.targets.mask!.fill(1);
  const inParts = await oneStep({ ...recipe, accumulate: 2 }, batch);

  const half: Recipe = { ...recipe, data: { ...recipe.data, batchSize: 2 } };
  using networks = createNetworks(device, half, {});
  using step = await TrainStep.create(device, half, networks);
  const ofHalves: (readonly number[])[] = [];
  for (const from of [0, 2]) {
    const ofBatch = <A extends Uint8Array | Float32Array | Uint32Array>(values: A): A =>
      values.subarray((values.length / 4) * from, (values.length / 4) * (from + 2)) as A; // subarray keeps the class
    const targets = Object.fromEntries(Object.entries(batch.targets).map(([name, values]) => [name, ofBatch(values)]));
    const part = { image: ofBatch(batch.image), targets, indices: ofBatch(batch.indices), valid: 2 };
    await (await step.run(part, { step: 1, learningRate: 0, lossWeights: [1] })).outcome;
    ofHalves.push(
      await valuesOf(
        networks,
        networks.store.segments.map((segment) => segment.gradients),
      ),
    );
  }
  expect(inParts.gradients).toEqual(ofHalves[0]!.map((value, i) => Math.fround(value / 2 + ofHalves[1]![i]! / 2)));
  expect(inParts.statistics).toEqual(await statisticsOf(networks));
  const { statistics } = await oneStep(recipe, batch);
  expect(statistics).not.toEqual(inParts.statistics);
});

test("a step in parts has one update: the same bits again, and activations need little more than a quarter of the whole batch's memory in four", async () => {
  const recipe = tinyRecipe(data, { optimizer, "data.batchSize": "8", "data.input": "[96, 72]" });
  const batch = randomBatch(recipe);
  const [first, again] = [await oneStep({ ...recipe, accumulate: 4 }, batch), await oneStep({ ...recipe, accumulate: 4 }, batch)];
  expect(again).toEqual(first);
  expect(first.bytes).toBeLessThan(0.3 * (await oneStep(recipe, batch)).bytes);
});

test("a run in parts gives the same bytes twice; stopped in the middle of an epoch and resumed, it goes on to the same bytes", async () => {
  const recipe = tinyRecipe(data, { accumulate: "2" });
  const [whole, again] = [await train(recipe), await train(recipe)];
  expect(again).toEqual(whole);
  expect(whole.snapshot.state.step).toBe(6);
  const stopped = await train(recipe, undefined, 2);
  // What a file keeps of it.
  const state = JSON.parse(JSON.stringify(stopped.snapshot.state)) as Snapshot["state"];
  const resumed = await train(recipe, { ...stopped.snapshot, state });
  expect(resumed.snapshot).toEqual(whole.snapshot);
  expect([...stopped.events.slice(0, -1), ...resumed.events]).toEqual(whole.events);
  expect([...whole.snapshot.tensors.keys()]).toEqual([...(await train(tinyRecipe(data))).snapshot.tensors.keys()]);
  // Rounding differs, and with batch norm more than that.
  expect(recipeDigest({ ...recipe, accumulate: 4 })).not.toBe(recipeDigest(recipe));
});

test("a teacher's heatmaps kept in memory, made part by part, give what the teacher itself gives", async () => {
  const kd = [groundTruthTerm, "{ name: kd, kind: spatialKl, temperature: 2, logitScale: 5 }"];
  const changes = { accumulate: "2", teacher: "{ model: squeezenet-hpe, width: 0.125, weights: /teacher }" };
  const cached = await train(tinyRecipe(data, { ...changes, "data.cache": "true" }, kd));
  const inGraph = await train(tinyRecipe(data, changes, kd));
  expect(cached.events).toEqual(inGraph.events);
  expect([...cached.snapshot.tensors]).toEqual([...inGraph.snapshot.tensors]);
});

test.runIf(f16).each([0, 1, 3])(
  "an overflow of f16 in part %i of four alone skips the whole update and halves the loss scale once (needs f16)",
  async (overflowing) => {
    const recipe = tinyRecipe(data, { precision: "f16", accumulate: "4", "data.batchSize": "8" });
    using networks = createNetworks(device, recipe, {});
    networks.store.write(networks.lossScale!, Float32Array.of(64, 5, 0));
    using step = await TrainStep.create(device, recipe, networks);
    const good = randomBatch(recipe);
    const target = good.targets.target!.slice();
    const perPart = target.length / 4;
    target.fill(1e30, overflowing * perPart, (overflowing + 1) * perPart);
    const bad = { ...good, targets: { ...good.targets, target } };
    const before = await persistentOf(networks);
    const run = async (batch: Batch, count: number): Promise<StepOutcome> =>
      (await step.run(batch, { step: count, learningRate: 1e-3, lossWeights: [1] })).outcome;
    expect((await run(bad, 1)).lossScale).toEqual({ scale: 32, skipped: true });
    expect(await persistentOf(networks)).toEqual(before);
    // What the parts left in the sums is forgotten.
    const { lossScale, losses } = await run(good, 2);
    expect(lossScale).toEqual({ scale: 32, skipped: false });
    expect(Object.values(losses).every(Number.isFinite)).toBe(true);
    expect(await persistentOf(networks)).not.toEqual(before);
  },
);

/** Seeded, with very different numbers of visible joints: none in the first sample, one in the second, all in the fourth. */
function unevenBatch(recipe: Recipe): Batch {
  const batch = randomBatch(recipe);
  const mask = batch.targets.mask!;
  const joints = mask.length / 4;
  mask.fill(0, 0, 2 * joints);
  mask[joints + 3] = 1;
  mask.fill(1, 3 * joints);
  return batch;
}

interface OneStep {
  readonly losses: Readonly<Record<string, number>>;
  /** As the update read them, but for clipping. */
  readonly gradients: readonly number[];
  /** Of the parameters, by the update. */
  readonly change: readonly number[];
  readonly statistics: readonly number[];
  /** Of activations and what else the programs own. */
  readonly bytes: number;
}

/** One step from the recipe's first weights, all loss weights being different. */
async function oneStep(recipe: Recipe, batch: Batch): Promise<OneStep> {
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  const { store, trained } = networks;
  using step = await TrainStep.create(device, recipe, networks);
  const before = await valuesOf(networks, trained);
  const lossWeights = recipe.losses.map((_, i) => (recipe.losses.length === 1 ? 1 : 0.5 + 0.25 * i));
  const { outcome } = await step.run(batch, { step: 1, learningRate: 0.01, lossWeights });
  const { losses } = await outcome;
  const arena = recipe.accumulate > 1 ? gradientSums(store) : store.segments.map(({ gradients }) => gradients);
  const after = await valuesOf(networks, trained);
  return {
    losses,
    gradients: await valuesOf(networks, arena),
    change: after.map((value, i) => (value - before[i]!) / 0.01),
    statistics: await statisticsOf(networks),
    bytes: Object.values(step.reports).reduce((sum, { plannedBytes }) => sum + plannedBytes, 0),
  };
}

async function valuesOf({ store }: Networks, variables: readonly Variable[]): Promise<readonly number[]> {
  return [...(await store.read(variables)).values()].flatMap((values) => [...values]);
}

function statisticsOf(networks: Networks): Promise<readonly number[]> {
  const variables = [...variablesOf(networks.student).values()].filter(({ role }) => role === "state");
  return valuesOf(networks, variables);
}

function persistentOf(networks: Networks): Promise<readonly number[]> {
  return valuesOf(
    networks,
    [...networks.store.persistent].filter(([name]) => name !== "lossScale").map(([, variable]) => variable),
  );
}

/** |a − b| / |b|, Euclidean. */
function distance(a: readonly number[], b: readonly number[]): number {
  const square = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(square(a.map((value, i) => value - b[i]!)) / square(b));
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
