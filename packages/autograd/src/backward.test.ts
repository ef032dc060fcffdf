import { expect, test } from "vitest";
import { pullback } from "./backward.ts";
import { Graph } from "./graph.ts";
import { fill } from "./ops/fill.ts";
import { mul } from "./ops/mul.ts";
import { relu } from "./ops/relu.ts";

test("a pullback from a node on holds fixed what was made before it, even where that depends on a tensor of `wrt`", () => {
  const graph = new Graph();
  const x = graph.input("x", [3], "f32");
  const y = relu(x);
  const from = graph.nodes.length;
  const product = mul(x, y);
  const seed = fill(graph, [3], 1);
  const before = graph.nodes.length;
  const [ofX, ofY] = pullback([[product, seed]], [x, y], { from });
  expect([ofX, ofY].every((gradient) => gradient !== null)).toBe(true);
  // Nothing comes to x through y: no mask of relu, no sum of two gradients.
  const names = (start: number): readonly string[] => graph.nodes.slice(start).map(({ op }) => op.name);
  expect(names(before)).not.toContain("add");
  const all = graph.nodes.length;
  pullback([[product, seed]], [x]);
  expect(names(all)).toContain("add");
  expect(pullback([[y, seed]], [x], { from })).toEqual([null]);
});
