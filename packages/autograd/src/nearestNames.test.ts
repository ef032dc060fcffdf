import { expect, test } from "vitest";
import { nearestNames } from "./nearestNames.ts";

test("names come by edit distance, ties in the order given, never more than asked for", () => {
  expect(nearestNames("kitten", ["sitting", "kitchen", "mitten", "kitten"], 3)).toEqual(["kitten", "mitten", "kitchen"]);
  expect(nearestNames("ab", ["b", "a", "abc"], 2)).toEqual(["b", "a"]);
  expect(nearestNames("", ["xyz", "x"], 5)).toEqual(["x", "xyz"]);
  expect(nearestNames("x", [], 1)).toEqual([]);
});
