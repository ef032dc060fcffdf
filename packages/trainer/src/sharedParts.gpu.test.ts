import { openDevice } from "@kindling/gpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetworks } from "./networks.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import { recordGradients } from "./recordGradients.ts";
import { stepCosts } from "./stepCosts.ts";
import { randomBatch } from "./testing/randomBatch.ts";
import { teacherWeights } from "./testing/teacherWeights.ts";
import { createTinyData, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";
import { trainedWeights } from "./testing/trainedWeights.node.ts";
import { TrainStep } from "./trainStep.ts";

const device = await openDevice();
afterAll(() => device[Symbol.dispose]());
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

const logitTerm = "{ name: logit, kind: spatialKl, temperature: 1, logitScale: 10 }";
const teacher = (keys = "") => `{ model: squeezenet-hpe, width: 0.25, weights: somewhere.safetensors${keys} }`;

/** DWPose's second stage: a fresh head on the teacher's frozen backbone. */
const secondStage = (keys = ", shares: [backbone]", more: Readonly<Record<string, string>> = {}): Recipe =>
  tinyRecipe(data, { freeze: "[student.backbone]", teacher: teacher(keys), ...more }, [logitTerm]);

test.each(["f32", "f16"])("one pass through the shared backbone gives the losses and the head of two, in %s", async (precision) => {
  const [once, twice] = [secondStage(", shares: [backbone]", { precision }), secondStage("", { precision })];
  const weights = teacherWeights(once);
  const inBackbone = new Map([...weights.teachers!.teacher!.tensors].filter(([name]) => name.startsWith("backbone.")));
  const run = async (recipe: Recipe, backbone: boolean) => {
    using networks = createNetworks(device, recipe, {
      ...weights,
      ...(backbone ? { backbone: { source: "it", tensors: inBackbone } } : {}),
    });
    using step = await TrainStep.create(device, recipe, networks);
    const settings = { learningRate: 1e-3, lossWeights: [1] };
    const losses: number[] = [];
    for (let i = 1; i <= 2; i++) losses.push((await (await step.run(randomBatch(recipe), { step: i, ...settings })).outcome).losses.total!);
    const values = await networks.store.read(networks.trained);
    const dispatches = step.reports.gradients!.dispatches;
    return { losses, dispatches, bytes: networks.store.bytes, head: networks.trained.map((variable) => values.get(variable)!) };
  };
  const [one, two] = [await run(once, false), await run(twice, true)];
  expect(one.losses[0]).toBeGreaterThan(0);
  if (precision === "f32") {
    expect(one.losses).toEqual(two.losses);
    expect(one.head).toEqual(two.head);
  } else {
    for (const [i, loss] of one.losses.entries()) expect(loss).toBeCloseTo(two.losses[i]!, 3); // a stored f16 weight is the cast one
  }
  expect(one.dispatches).toBeLessThan(two.dispatches);
  expect(one.bytes).toBeLessThan(two.bytes);
});

test("the shared backbone is recorded once, and takes no more memory", () => {
  const costs = (recipe: Recipe) => {
    using networks = createNetworks(device, recipe, null);
    const names = recordGradients(recipe, networks, []).graph.nodes.map(({ path }) => path);
    return { ...stepCosts(recipe, networks).gradients!, teacher: names.filter((path) => path.startsWith("teacher.backbone")) };
  };
  const [one, two] = [costs(secondStage()), costs(secondStage(""))];
  expect(one.teacher).toEqual([]);
  expect(two.teacher.length).toBeGreaterThan(10);
  expect(one.plannedBytes).toBeLessThanOrEqual(two.plannedBytes);
});

test("a second stage that is interrupted and resumed has the weights of one that was not, and the backbone is the teacher's", async () => {
  const recipe = secondStage();
  const weights = teacherWeights(recipe);
  const [whole, resumed] = [await trainedWeights(device, recipe, weights, null), await trainedWeights(device, recipe, weights, 2)];
  expect([...resumed]).toEqual([...whole]);
  for (const [name, { data: values }] of whole) {
    const ofTeacher = weights.teachers!.teacher!.tensors.get(name)!.data;
    if (name.startsWith("backbone.")) expect(values, name).toEqual(ofTeacher);
    else expect(values, name).not.toEqual(ofTeacher);
  }
});

test.each([
  [
    ", shares: [backbone]",
    { freeze: "[student.conv_heatmap]" },
    /the student must not change what it shares; add freeze: \[student.backbone\]/,
  ],
  [", shares: [trunk]", {}, /trunk cannot be shared: the teacher has no such part/],
  [", shares: [backbone]", { "student.width": "0.5" }, /backbone cannot be shared: the student's differs from the teacher's, at backbone/],
  [", shares: [backbone], cache: kept", {}, /a cached teacher computes nothing that could be shared/],
])("parts that cannot be shared are refused: %s", (keys, more, message) => {
  expect(() => secondStage(keys, more)).toThrow(RecipeError);
  expect(() => secondStage(keys, more)).toThrow(message);
});
