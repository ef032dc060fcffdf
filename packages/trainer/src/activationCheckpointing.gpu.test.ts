import { openDevice } from "@kindling/gpu";
import type { StateDict } from "@kindling/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Recipe } from "./recipe.ts";
import { recipeDigest } from "./recipeDigest.node.ts";
import { createTinyData, createTinyTrainer, type TinyData, tinyRecipe } from "./testing/tinyRun.node.ts";

const device = await openDevice();
let data: TinyData;
beforeAll(async () => {
  data = await createTinyData();
});
afterAll(() => data[Symbol.asyncDispose]());

test("SqueezeNet with activation checkpointing has the same weights after training, in less memory", () =>
  expectSame(tinyRecipe(data, { "data.input": "[96, 72]", epochs: "1" }), 0.9));

test.skipIf(!device.capabilities.f16)("and so in f16 (skipped where the adapter has no shader-f16)", () =>
  expectSame(tinyRecipe(data, { "data.input": "[96, 72]", epochs: "1", precision: "f16" }), 0.9),
);

test("HRNet with activation checkpointing has the same weights and running statistics after training, in less memory", () =>
  expectSame(tinyRecipe(data, { student: "{ model: hrnet-w4 }", epochs: "1", "data.limit": "4", "data.input": "[64, 64]" }), 0.7));

test("a run may be resumed with it and without", () => {
  const recipe = tinyRecipe(data);
  expect(recipeDigest({ ...recipe, activationCheckpointing: true })).toBe(recipeDigest(recipe));
});

interface Outcome {
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Parameters and running statistics. */
  readonly weights: StateDict;
  readonly plannedBytes: number;
}

/** Trains with and without; with it, a step takes at most a `share` of the memory. */
async function expectSame(recipe: Recipe, share: number): Promise<void> {
  const plain = await train(recipe);
  const checkpointed = await train({ ...recipe, activationCheckpointing: true });
  expect(checkpointed.losses).toEqual(plain.losses);
  expect(checkpointed.weights).toEqual(plain.weights);
  expect(checkpointed.plannedBytes).toBeLessThan(share * plain.plannedBytes);
}

async function train(recipe: Recipe): Promise<Outcome> {
  await using tiny = await createTinyTrainer(device, recipe);
  const losses: Readonly<Record<string, number>>[] = [];
  for await (const event of tiny.trainer.run()) if (event.kind === "step") losses.push(event.losses);
  const { plannedBytes } = tiny.trainer.step.reports.gradients!;
  return { losses, weights: await tiny.trainer.studentWeights(), plannedBytes };
}
