import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { linear } from "./linear.ts";

test.each<[what: string, x: readonly number[], weight: readonly number[], bias: readonly number[]]>([
  ["one axis", [6], [6, 8], [8]],
  ["a weight for other inputs", [2, 6], [5, 8], [8]],
  ["a weight of three axes", [2, 6], [1, 6, 8], [8]],
  ["a bias for other outputs", [2, 6], [6, 8], [6]],
])("%s is refused", (_, x, weight, bias) => {
  const graph = new Graph();
  const input = (name: string, shape: readonly number[]) => graph.input(name, shape, "f32");
  const [rows, w, b] = [input("x", x), input("weight", weight), input("bias", bias)] as const;
  expect(() => linear(rows, w, b)).toThrow(ShapeError);
});
