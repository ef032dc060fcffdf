import type { Batch } from "@kindling/data";
import { expect, test } from "vitest";
import { microBatches, microBatchSize } from "./microBatches.ts";
import { parseRecipe } from "./recipe/parseRecipe.ts";
import type { Recipe } from "./recipe.ts";
import { randomBatch } from "./testing/randomBatch.ts";

test.each([1, 2, 3, 6])("%i parts are the batch cut in order, every array of it, without copying", (accumulate) => {
  const recipe = recipeOf(accumulate);
  const whole = randomBatch(recipe);
  const batch: Batch = { ...whole, teachers: { teacher: whole.targets.target!.map((value) => value / 2) }, valid: 5 };
  const parts = microBatches(recipe, batch);
  expect(parts).toHaveLength(accumulate);
  const arraysOf = ({ image, targets, teachers, indices }: Batch) => ({ image, ...targets, ...teachers, indices });
  for (const [key, of] of Object.entries(arraysOf(batch))) {
    const pieces = parts.map((part) => arraysOf(part.batch)[key as "image"]); // one of its keys
    expect(pieces.flatMap((piece) => [...piece])).toEqual([...of]);
    for (const piece of pieces) expect([piece.buffer, piece.length]).toEqual([of.buffer, of.length / accumulate]);
  }
  expect(parts.reduce((sum, part) => sum + part.batch.valid, 0)).toBe(5);
  expect(microBatchSize(recipe)).toBe(6 / accumulate);
  expect("teachers" in microBatches(recipe, whole)[0]!.batch).toBe(false);
});

test("ground-truth terms count by visible joints, the others by samples; where nothing is visible, not at all", () => {
  const recipe = recipeOf(3);
  const mask = Float32Array.of(...Array(17).fill(0), 1, ...Array(16).fill(0), ...Array(34).fill(0), ...Array(34).fill(1));
  const shares = (batch: Batch): readonly (readonly number[])[] => microBatches(recipe, batch).map(({ lossShares }) => lossShares);
  const [third, few] = [1 / 3, 1 / 35];
  const masked = (mask: Float32Array<ArrayBuffer>): Batch => ({ ...randomBatch(recipe), targets: { mask } });
  expect(shares(masked(mask))).toEqual([
    [few, few, third, third, third],
    [0, 0, third, third, third],
    [34 / 35, 34 / 35, third, third, third],
  ]);
  expect(shares(masked(new Float32Array(mask.length)))).toEqual(Array.from({ length: 3 }, () => [0, 0, third, third, third]));
});

function recipeOf(accumulate: number): Recipe {
  return parseRecipe(
    `
name: parts
seed: 1
student: { model: squeezenet-hpe }
teacher: { model: hrnet-w32, weights: w }
data: { train: { data: t }, validation: { data: v }, input: [32, 24], batchSize: 6 }
losses:
  - { name: gt, kind: adaptiveWing }
  - { name: gt2, kind: mse }
  - { name: kd, kind: mse, against: teacher }
  - { name: kl, kind: spatialKl, temperature: 1 }
  - { name: features, kind: feature, student: student.a, teacher: teacher.b, adapter: none }
optimizer: { kind: sgd, learningRate: 1, weightDecay: 0 }
schedule: { kind: constant, epochs: 1 }
accumulate: ${accumulate}
`,
    "/r/parts.yaml",
  );
}
