import { expect, test } from "vitest";
import { opName } from "./opName.ts";

const names = ["maxPool2d", "resizeBilinear", "relu"];
const torch = new Map([
  ["max_pool2d", "maxPool2d"],
  ["interpolate", "resizeBilinear"],
  ["warp", "warp"],
]);

test("an op is found by our name, by PyTorch's and by its spelling in snake_case", () => {
  for (const [word, name] of [
    ["relu", "relu"],
    ["max_pool2d", "maxPool2d"],
    ["interpolate", "resizeBilinear"],
    ["resize_bilinear", "resizeBilinear"],
  ] as const) {
    expect(opName(word, names, torch, "op")).toBe(name);
  }
});

test("an unknown word is refused with the nearest name, which is ours, or with all", () => {
  expect(() => opName("max_pool", names, torch, "op")).toThrow('unknown op "max_pool"; did you mean "maxPool2d"?');
  expect(() => opName("interpolat", names, torch, "op")).toThrow('did you mean "resizeBilinear"?');
  expect(() => opName("warp", names, torch, "op")).toThrow('unknown op "warp"; there are maxPool2d, relu, resizeBilinear');
});
