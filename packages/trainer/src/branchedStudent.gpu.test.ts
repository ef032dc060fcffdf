import { openDevice } from "@kindling/gpu";
import { variablesOf } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import type { Snapshot } from "./snapshot.ts";
import { randomBatch } from "./testing/randomBatch.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { TrainStep } from "./trainStep.ts";
import { rampAt } from "./weighting/lossWeight.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const ofLabels = (name: string, output: string, weight = 1): string =>
  `{ name: ${name}, kind: jointsMse, student: student.${output}, normalization: paper, weight: ${weight} }`;
const ofEnsemble = (detachTeacher: boolean): string =>
  `{ name: kd, kind: jointsKl, couples: [[student.heatmaps.1, student.ensemble], [student.heatmaps.2, student.ensemble]], \
detachTeacher: ${detachTeacher}, joints: labelled, normalization: paper, weight: { rule: ramp, to: 5, epochs: 2 } }`;

function recipeOf(losses: readonly string[]): Recipe {
  return tinyRecipe(data, { student: "{ model: okdhp-hrnet-w4, branches: 2 }", "data.limit": "4", validateEvery: "2" }, losses);
}

test("branches learn from labels and from their ensemble as OKDHP says; a run that goes on from its first epoch gives the same bytes", {
  timeout: 600_000,
}, async () => {
  const recipe = recipeOf([
    ofLabels("gt1", "heatmaps.1"),
    ofLabels("gt2", "heatmaps.2"),
    ofLabels("ensemble", "ensemble", 6),
    ofEnsemble(false),
  ]);
  const whole = await train(recipe);
  expect(whole.losses).toHaveLength(2);
  for (const [epoch, { gt1, gt2, ensemble, kd, total }] of whole.losses.entries()) {
    expect(total! / (gt1! + gt2! + 6 * ensemble! + 5 * rampAt(epoch, 2) * kd!)).toBeCloseTo(1, 5);
    for (const value of [gt1, gt2, ensemble, kd]) expect(value).toBeGreaterThan(0);
  }
  const resumed = await train(recipe, whole.afterFirstEpoch);
  expect(resumed.losses).toEqual(whole.losses.slice(1));
  expect([...resumed.snapshot.tensors]).toEqual([...whole.snapshot.tensors]);
});

test("the ensemble is drawn to its branches, unless it is detached", { timeout: 600_000 }, async () => {
  const gradientSizes = async (detached: boolean): Promise<readonly number[]> => {
    const recipe = recipeOf([ofEnsemble(detached)]);
    using networks = createNetworks(device, recipe, {});
    using step = await TrainStep.create(device, recipe, networks);
    await (await step.run(randomBatch(recipe), { step: 1, learningRate: 0, lossWeights: [1e6] })).outcome;
    const { store, student } = networks;
    const names = ["aggregation.fcs.0.weight", "branches.0.final_layer.weight"];
    const gradients = names.map((name) => store.gradientOf(variablesOf(student).get(name)!));
    const values = await store.read(gradients);
    return gradients.map((gradient) => values.get(gradient)!.reduce((sum, value) => sum + Math.abs(value), 0));
  };
  const [detached, attached] = [await gradientSizes(true), await gradientSizes(false)];
  expect(detached[0]).toBe(0);
  expect(attached[0]).toBeGreaterThan(0);
  expect(detached[1]).toBeGreaterThan(0);
});

interface Run {
  /** Of each step. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly afterFirstEpoch: Snapshot | undefined;
  readonly snapshot: Snapshot;
}

/** Two epochs of one step, or what is left of them. */
async function train(recipe: Recipe, resume?: Snapshot): Promise<Run> {
  await using tiny = await createTinyTrainer(device, recipe, {}, resume);
  const losses: Readonly<Record<string, number>>[] = [];
  let afterFirstEpoch: Snapshot | undefined;
  for await (const event of tiny.trainer.run()) {
    if (event.kind === "step") losses.push(event.losses);
    if (event.kind === "epoch") afterFirstEpoch ??= await tiny.trainer.snapshot();
  }
  return { losses, afterFirstEpoch, snapshot: await tiny.trainer.snapshot() };
}
