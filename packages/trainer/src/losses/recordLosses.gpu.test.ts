import { openDevice } from "@kindling/gpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { randomBatch } from "../testing/randomBatch.ts";
import { teacherWeights } from "../testing/teacherWeights.ts";
import { createTinyData, createTinyTrainer, groundTruthTerm, type TinyData, tinyRecipe } from "../testing/tinyRun.node.ts";
import { TrainStep } from "../trainStep.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

/** One step from the recipe's first weights. */
async function oneStep(recipe: Recipe): Promise<{ readonly losses: Readonly<Record<string, number>>; hasGradient(name: string): boolean }> {
  using networks = createNetworks(device, recipe, teacherWeights(recipe));
  using step = await TrainStep.create(device, recipe, networks);
  const settings = { step: 1, learningRate: 0, lossWeights: recipe.losses.map(() => 1) };
  const { losses } = await (await step.run(randomBatch(recipe), settings)).outcome;
  const trained = networks.trained.map((variable) => networks.store.gradientOf(variable));
  const gradients = await networks.store.read(trained);
  const ofName = new Map([...gradients].map(([{ name }, values]) => [name, values]));
  return { losses, hasGradient: (name) => ofName.get(`gradient.${name}`)!.some((value) => value !== 0) };
}

/** A network with two exits. */
const exits = { student: "{ model: multi-hrnet-w4, stages: 2 }", "data.input": "[64, 64]" };

test.each([
  ["{ name: kd, kind: jointsKl, couples: [[student.heatmaps.1, student.heatmaps.2]] }", false],
  ["{ name: kd, kind: jointsKl, couples: [[student.heatmaps.1, student.heatmaps.2]], detachTeacher: false }", true],
  ["{ name: kd, kind: mse, against: teacher, student: student.heatmaps.1, teacher: student.heatmaps.2 }", false],
  ["{ name: kd, kind: spatialKl, temperature: 2, student: student.heatmaps.1, teacher: student.heatmaps.2 }", false],
])("of %s the exit that teaches is drawn to its pupil: %s", async (term, drawn) => {
  const recipe = tinyRecipe(data, exits, [term]);
  const { losses, hasGradient } = await oneStep(recipe);
  expect(losses.kd).toBeGreaterThan(0);
  expect(hasGradient("student.intermediate_layers.0.weight")).toBe(true);
  expect(hasGradient("student.conv1.weight")).toBe(true);
  // The stage after the pupil's exit, and the head of the one that teaches.
  for (const name of ["student.intermediate_layers.1.weight", "student.stage2.0.branches.0.0.conv1.weight"])
    expect(hasGradient(name)).toBe(drawn);
});

test("labels teach the exit that a term names, and the others nothing", async () => {
  const recipe = tinyRecipe(data, exits, ["{ name: early, kind: mse, student: student.heatmaps.1 }"]);
  const { hasGradient } = await oneStep(recipe);
  expect(hasGradient("student.intermediate_layers.0.weight")).toBe(true);
  expect(hasGradient("student.intermediate_layers.1.weight")).toBe(false);
});

test("features are imitated by their values, their channels, where they are large and how samples lie to one another", async () => {
  const of = (kind: string, more = ""): string =>
    `{ name: ${kind}, kind: ${kind}, student: student.backbone.10.out, teacher: teacher.layer1.out${more} }`;
  const terms = [
    of("feature", ", adapter: conv1x1, distance: sumSquares, weight: 1e-3"),
    of("channelWiseKl", ", adapter: conv1x1, temperature: 1"),
    of("attentionTransfer", ", weight: 100"),
    of("relationalDistance"),
    of("relationalAngle", ", weight: 2"),
  ];
  const recipe = tinyRecipe(data, { teacher: "{ model: hrnet-w4, weights: /teacher }", "data.overfit": "4", epochs: "12" }, terms);
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe));
  const epochs: Readonly<Record<string, number>>[] = [];
  for await (const event of tiny.trainer.run()) if (event.kind === "epoch") epochs.push(event.losses);
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  expect(Object.values(last).every(Number.isFinite)).toBe(true);
  for (const name of ["feature", "channelWiseKl", "relationalDistance"]) expect(last[name]!, name).toBeLessThan(first[name]!);
  expect(last.total).toBeLessThan(first.total!);
  expect([...tiny.networks.adapters.keys()]).toEqual(["feature", "channelWiseKl"]);
});

test("a SimCC network learns from labels and from a SimCC teacher", async () => {
  const changes = {
    student: "{ model: rtmpose-t }",
    teacher: "{ model: rtmpose-t, weights: /teacher }",
    "data.input": "[64, 64]",
    "data.codec": "{ kind: simcc }",
    "data.overfit": "4",
    optimizer: "{ kind: adamw, learningRate: 3e-4, weightDecay: 0, clipNorm: 1 }",
    schedule: "{ kind: constant, epochs: 4 }",
    validateEvery: "4",
  };
  const recipe = tinyRecipe(data, changes, ["{ name: gt, kind: simccKl }", "{ name: kd, kind: simccKl, against: teacher, weight: 0.1 }"]);
  await using tiny = await createTinyTrainer(device, recipe, teacherWeights(recipe));
  const epochs: Readonly<Record<string, number>>[] = [];
  let validation: number | undefined;
  for await (const event of tiny.trainer.run()) {
    if (event.kind === "epoch") epochs.push(event.losses);
    if (event.kind === "validation") validation = event.evaluation.loss;
  }
  expect(epochs.at(-1)!.gt).toBeLessThan(epochs[0]!.gt!);
  expect(epochs.every(({ kd }) => kd! > 0 && Number.isFinite(kd))).toBe(true);
  expect(validation).toBeGreaterThan(0);
});

test("two terms pull as their sum: each gradient is that of the term alone, weighted", async () => {
  const terms = [groundTruthTerm, "{ name: kd, kind: mse, against: teacher }"];
  const changes = {
    teacher: "{ model: squeezenet-hpe, width: 0.125, weights: /teacher }",
    optimizer: "{ kind: sgd, learningRate: 1, weightDecay: 0 }", // which clips nothing
  };
  const gradientOf = async (lossWeights: readonly number[]): Promise<Float32Array> => {
    const recipe = tinyRecipe(data, changes, terms);
    using networks = createNetworks(device, recipe, teacherWeights(recipe));
    using step = await TrainStep.create(device, recipe, networks);
    await (await step.run(randomBatch(recipe), { step: 1, learningRate: 0, lossWeights })).outcome;
    const head = networks.store.gradientOf(networks.trained.at(-1)!);
    return (await networks.store.read([head])).get(head)!;
  };
  const [gt, kd, both] = [await gradientOf([1, 0]), await gradientOf([0, 1]), await gradientOf([0.25, 0.75])];
  for (const [i, value] of both.entries())
    expect(Math.abs(value - (0.25 * gt[i]! + 0.75 * kd[i]!))).toBeLessThan(1e-6 * (Math.abs(gt[i]!) + Math.abs(kd[i]!)) + 1e-9);
  expect(kd.some((value) => value !== 0)).toBe(true);
});
