import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { maxPool2d } from "./maxPool2d.ts";

test("poolings without an output, with too wide a padding or too large a window are refused", () => {
  const x = new Graph().input("x", [1, 4, 4, 1], "f32");
  expect(() => maxPool2d(x, { kernel: 5 })).toThrow("exceeds the image");
  expect(() => maxPool2d(x, { kernel: 3, padding: 2 })).toThrow("at most half");
  expect(() => maxPool2d(x, { kernel: 17, padding: 8 })).toThrow("at most 16");
});
