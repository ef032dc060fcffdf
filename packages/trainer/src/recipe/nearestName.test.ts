import { expect, test } from "vitest";
import { nearestName } from "./nearestName.ts";

test.each([
  ["lossess", "losses"],
  ["learning_rate", "learningRate"],
  ["LEARNINGRATE", "learningRate"],
  ["bacthSize", "batchSize"],
  ["sed", "seed"],
])("%s is taken for %s", (name, nearest) => {
  expect(nearestName(name, ["name", "seed", "losses", "learningRate", "batchSize"])).toBe(nearest);
});

test("a word unlike all others has no nearest", () => {
  expect(nearestName("quantization", ["name", "seed", "losses"])).toBeUndefined();
  expect(nearestName("x", [])).toBeUndefined();
});
