import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { type ConvTranspose2dOptions, convTranspose2d } from "./convTranspose2d.ts";

test.each<[what: string, weight: readonly number[], bias: readonly number[], options: ConvTranspose2dOptions]>([
  ["a weight of three axes", [3, 3, 8], [8], {}],
  ["a weight for other channels", [3, 3, 8, 5], [8], {}],
  ["channels that the groups do not divide", [3, 3, 2, 6], [8], { groups: 4 }],
  ["a bias for other channels", [3, 3, 8, 6], [6], {}],
  ["a padding that leaves nothing", [1, 1, 8, 6], [8], { padding: 2 }],
  ["an output padding of the stride", [3, 3, 8, 6], [8], { stride: 2, outputPadding: 2 }],
])("%s is refused", (_, weight, bias, options) => {
  const graph = new Graph();
  const input = (name: string, shape: readonly number[]) => graph.input(name, shape, "f32");
  const [x, w, b] = [input("x", [1, 4, 3, 6]), input("weight", weight), input("bias", bias)] as const;
  expect(() => convTranspose2d(x, w, b, options)).toThrow(ShapeError);
});

test("the size is that of PyTorch's rule", () => {
  const graph = new Graph();
  const [x, weight] = [graph.input("x", [2, 5, 4, 6], "f32"), graph.input("weight", [4, 3, 4, 6], "f32")];
  const y = convTranspose2d(x, weight, null, { stride: 3, padding: 1, outputPadding: 2, dilation: 2, groups: 2 });
  expect(y.shape).toEqual([2, 4 * 3 - 2 + 2 * 3 + 2 + 1, 3 * 3 - 2 + 2 * 2 + 2 + 1, 8]);
});
