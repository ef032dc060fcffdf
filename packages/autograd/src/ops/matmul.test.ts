import { DTypeError, ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { matmul } from "./matmul.ts";

test.each<[what: string, a: readonly number[], b: readonly number[]]>([
  ["a vector", [5], [5, 2]],
  ["other batch axes", [2, 4, 5], [3, 5, 6]],
  ["fewer batch axes", [2, 4, 5], [5, 6]],
])("%s is refused", (_, a, b) => {
  const graph = new Graph();
  expect(() => matmul(graph.input("a", a, "f32"), graph.input("b", b, "f32"))).toThrow(ShapeError);
});

test("inner sizes are named as they are multiplied, and operands must be stored alike", () => {
  const graph = new Graph();
  const [a, b] = [graph.input("a", [7, 5], "f32"), graph.input("b", [9, 3], "f32")];
  expect(() => matmul(a, b, { transposeA: true })).toThrow("matmul: inner sizes 7 and 9 differ; got f32[7,5], f32[9,3]");
  expect(() => matmul(a, graph.input("half", [5, 3], "f16"))).toThrow(DTypeError);
});
