import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { accumulate, add, conv2d, fill, mul, relu, scaleBy } from "./ops/index.ts";
import { ParameterStore } from "./store.ts";
import { namedVariable, type Variable } from "./variable.ts";

const variable = (name: string, values: readonly number[]): Variable =>
  namedVariable(name, { shape: [values.length], role: "parameter", init: () => Float32Array.from(values) });

test("equal nodes are found by op, attributes and inputs, and by nothing less", () => {
  const graph = new Graph();
  const image = graph.input("image", [1, 5, 5, 4], "f32");
  const weight = graph.input("weight", [3, 3, 4, 4], "f32");
  const strided = conv2d(image, weight, null, { stride: 2 });
  const positive = relu(strided);
  const count = graph.nodes.length;
  const again = graph.reusing(new Map(), () => ({
    same: relu(conv2d(image, weight, null, { stride: 2 })),
    padded: conv2d(image, weight, null, { stride: 2, padding: 1 }),
    swapped: add(mul(strided, positive), mul(positive, strided)),
  }));
  expect(again.same).toBe(positive);
  expect(again.padded).not.toBe(strided);
  expect(again.padded.shape).not.toEqual(strided.shape);
  expect(graph.nodes.length - count).toBe(4); // padded, two products and their sum
  const outside = relu(strided);
  expect(outside).not.toBe(positive);
});

test("what is recorded while reusing is found too, and a variable is read as the one that it stands for", () => {
  const graph = new Graph();
  const [own, other] = [variable("own", [1, 2]), variable("other", [1, 2])];
  const first = relu(graph.use(own));
  const [second, third, fourth] = graph.reusing(new Map([[other, own]]), () => {
    const twice = scaleBy(relu(graph.use(other)), fill(graph, [1], 2), 0);
    return [relu(graph.use(other)), twice, scaleBy(relu(graph.use(other)), fill(graph, [1], 2), 0)];
  });
  expect(second).toBe(first);
  expect(fourth).toBe(third);
  expect(relu(graph.use(other))).not.toBe(first);
});

test("a value that was read before its variable was overwritten is not taken for the one after", async () => {
  using device = await openDevice();
  const sum = variable("sum", [3, -4]);
  using store = new ParameterStore(device, { variables: [sum], trainable: () => false });
  store.initialise([sum], () => 0);
  const graph = new Graph();
  const before = relu(graph.use(sum));
  accumulate(graph.use(sum), fill(graph, [2], 10), fill(graph, [], 1));
  const [after, again] = graph.reusing(new Map(), () => [relu(graph.use(sum)), relu(graph.use(sum))]);
  expect(after).not.toBe(before);
  expect(again).toBe(after);
  using program = await compile(graph, device, { store, outputs: { before, after: after! } });
  program.run();
  expect([...(await program.read("before"))]).toEqual([3, 0]);
  expect([...(await program.read("after"))]).toEqual([13, 6]);
});
