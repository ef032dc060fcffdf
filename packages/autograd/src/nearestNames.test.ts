import { expect, test } from "vitest";
import { nearestName, nearestNames } from "./nearestNames.ts";

test("names come by edit distance, ties in the order given, never more than asked for", () => {
  expect(nearestNames("kitten", ["sitting", "kitchen", "mitten", "kitten"], 3)).toEqual(["kitten", "mitten", "kitchen"]);
  expect(nearestNames("ab", ["b", "a", "abc"], 2)).toEqual(["b", "a"]);
  expect(nearestNames("", ["xyz", "x"], 5)).toEqual(["x", "xyz"]);
  expect(nearestNames("x", [], 1)).toEqual([]);
});

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
