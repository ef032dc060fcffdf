import { expect, test } from "vitest";
import { compareStateDict, WeightsMismatchError } from "./report.ts";
import type { StateDict } from "./stateDict.ts";

const expected = new Map([
  ["conv1.weight", [8, 3, 3, 3]],
  ["conv1.bias", [8]],
  ["bn1.weight", [8]],
  ["head.bias", []],
]);

test("a state dict with the expected names and shapes, in any order, differs in nothing", () => {
  const found = stateOf([...expected].reverse());
  expect(compareStateDict(expected, found)).toEqual({ missing: [], unexpected: [], wrongShape: [] });
});

test("missing, unexpected and misshapen tensors are told apart", () => {
  const found = stateOf([
    ["conv1.weight", [8, 4, 3, 3]],
    ["conv.bias", [8]],
    ["bn1.weight", [8]],
    ["head.bias", [1]],
  ]);
  expect(compareStateDict(expected, found)).toEqual({
    missing: ["conv1.bias"],
    unexpected: ["conv.bias"],
    wrongShape: [
      { name: "conv1.weight", expected: [8, 3, 3, 3], found: [8, 4, 3, 3] },
      { name: "head.bias", expected: [], found: [1] },
    ],
  });
});

test("the message counts, names the first of each kind and the nearest expected name", () => {
  const difference = compareStateDict(
    expected,
    stateOf([
      ["conv1.weight", [8, 4, 3, 3]],
      ["conv.bias", [8]],
    ]),
  );
  const error = new WeightsMismatchError("teacher.pth", expected.keys(), difference);
  expect(error.message).toBe(
    "teacher.pth: the weights do not fit the model: 3 missing (conv1.bias; bn1.weight; head.bias); " +
      "1 unexpected (conv.bias, nearest conv1.bias); 1 of another shape (conv1.weight is [8, 4, 3, 3], the model has [8, 3, 3, 3])",
  );
  expect(error.difference).toBe(difference);
});

test("long lists are cut, and without missing names the nearest of all is named", () => {
  const difference = { missing: [], unexpected: ["a", "b", "c", "head.bia"], wrongShape: [] };
  expect(new WeightsMismatchError("x", [], difference).message).toMatch(/4 unexpected \(a; b; c; …\)/);
  expect(new WeightsMismatchError("x", expected.keys(), { ...difference, unexpected: ["head.bia"] }).message).toMatch(
    /head\.bia, nearest head\.bias/,
  );
});

function stateOf(shapes: Iterable<readonly [string, readonly number[]]>): StateDict {
  return new Map([...shapes].map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]));
}
