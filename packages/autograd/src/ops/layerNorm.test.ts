import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { layerNorm } from "./layerNorm.ts";
import { scaleNorm } from "./scaleNorm.ts";

test("layerNorm refuses operands that do not have one value for each element of a row, and a scalar", () => {
  const graph = new Graph();
  const x = graph.input("x", [2, 3, 4], "f32");
  const [four, three] = [graph.input("four", [4], "f32"), graph.input("three", [3], "f32")];
  expect(() => layerNorm(x, three, null)).toThrow("weight and bias must have 4 values");
  expect(() => layerNorm(x, four, three)).toThrow("weight and bias must have 4 values");
  expect(() => layerNorm(graph.input("scalar", [], "f32"), null, null)).toThrow("x must have an axis");
});

test("scaleNorm refuses a scale that is not one number, and a scalar", () => {
  const graph = new Graph();
  const g = graph.input("g", [1], "f32");
  expect(() => scaleNorm(graph.input("x", [2, 4], "f32"), graph.input("gs", [4], "f32"))).toThrow("g must be a single number");
  expect(() => scaleNorm(graph.input("scalar", [], "f32"), g)).toThrow("x must have an axis");
});
