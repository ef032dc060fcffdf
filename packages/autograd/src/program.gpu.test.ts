import { openDevice, sizeOf } from "@kindling/gpu";
import { expect, test } from "vitest";
import { backward } from "./backward.ts";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { add } from "./ops/add.ts";
import { conv2d } from "./ops/conv2d.ts";
import { mul } from "./ops/mul.ts";
import { relu } from "./ops/relu.ts";
import { sumAll } from "./ops/sumAll.ts";
import { NonFiniteError } from "./program.ts";
import { ParameterStore } from "./store.ts";
import { namedVariable } from "./variable.ts";

const device = await openDevice();

/** relu(a · b) + b, with the product named. */
function record() {
  const graph = new Graph();
  const [a, b] = [graph.input("a", [4], "f32"), graph.input("b", [4], "f32")];
  const product = mul(a, b);
  graph.name(product, "net.product");
  return { graph, result: add(relu(product), b) };
}

test("a checked program stops at the first value that is not finite, naming node, path and the ranges of its inputs", async () => {
  const { graph, result } = record();
  using program = await compile(graph, device, { store: null, outputs: { result }, checked: true });
  program.write("a", Float32Array.of(1, 2, 3e38, 4));
  program.write("b", Float32Array.of(1, -2, 10, 4));
  const failure = await program.runChecked().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NonFiniteError);
  expect((failure as Error).message).toMatch(/= mul \(net\.product\) is not finite at element 2; .*%1:f32\[4\] in \[-2, 10\]/);
  program.write("a", Float32Array.of(1, 2, 3, 4));
  await program.runChecked();
  expect([...(await program.read("result"))]).toEqual([2, -2, 40, 20]);
});

test("a checked program gives the bits of a plain one, and a plain one cannot be checked", async () => {
  const { graph, result } = record();
  using program = await compile(graph, device, { store: null, outputs: { result } });
  program.write("a", Float32Array.of(1, 2, 3, 4));
  program.write("b", Float32Array.of(1, -2, 10, 4));
  program.run();
  expect([...(await program.read("result"))]).toEqual([2, -2, 40, 20]);
  await expect(program.runChecked()).rejects.toThrow(/checked: true/);
});

test("a run in parts, each until another output, gives the bits of a whole one", async () => {
  const graph = new Graph();
  const x = graph.input("x", [5], "f32");
  const first = mul(x, x);
  const second = add(relu(mul(first, x)), first);
  const last = mul(second, first);
  using program = await compile(graph, device, { store: null, outputs: { first, second, last } });
  const read = async () => Promise.all(["first", "second", "last"].map(async (name) => [...(await program.read(name))]));
  program.write("x", Float32Array.of(1, -2, 3, 0.5, 0));
  program.run();
  expect(await read()).toEqual([
    [1, 4, 9, 0.25, 0],
    [2, 4, 36, 0.375, 0],
    [2, 16, 324, 0.09375, 0],
  ]);
  program.write("x", Float32Array.of(2, 2, 2, 2, 2));
  program.run({ until: "first" });
  expect((await read())[0]).toEqual(Array(5).fill(4));
  program.run({ after: "first", until: "second" });
  expect((await read()).slice(0, 2)).toEqual([Array(5).fill(4), Array(5).fill(12)]);
  program.run({ after: "second" });
  expect(await read()).toEqual([Array(5).fill(4), Array(5).fill(12), Array(5).fill(48)]);
  expect(() => program.run({ until: "third" })).toThrow(/no output is named "third"/);
});

test("the text of a graph has a line a node, with types, operands and paths", () => {
  expect(String(record().graph)).toBe(
    ["%2:f32[4] = mul(%0, %1)  // net.product", "%3:f32[4] = relu(%2)", "%4:f32[4] = add(%3, %1)"].join("\n"),
  );
});

test("an unknown input, a wrong size and an unknown output are refused with the names there are", async () => {
  const { graph, result } = record();
  using program = await compile(graph, device, { store: null, outputs: { result } });
  expect(() => program.write("c", new Float32Array(4))).toThrow(/"c"; there are a, b/);
  expect(() => program.write("a", new Float32Array(5))).toThrow(/16 bytes, not 20/);
  await expect(program.read("y")).rejects.toThrow(/"y"; there are result/);
});

test("a profiled run computes the same and says of each dispatch which layer, kernel and variant it is and when it ran", async () => {
  const graph = new Graph();
  const x = graph.input("x", [1, 4, 4, 4], "f32");
  const variable = (name: string, shape: readonly number[]) =>
    namedVariable(name, { shape, role: "parameter", init: () => new Float32Array(sizeOf(shape)).fill(0.5) });
  const variables = [variable("net.0.weight", [3, 3, 4, 8]), variable("net.1.weight", [1, 1, 8, 4])];
  using store = new ParameterStore(device, { variables, trainable: () => true });
  store.initialise(variables, () => 0);
  const [first, second] = variables.map((each) => graph.use(each));
  const y = graph.within("net", () => relu(conv2d(conv2d(x, first!, null, { padding: 1 }), second!, null)));
  const [gradient] = backward(sumAll(y), [first!]);
  using program = await compile(graph, device, { store, outputs: { y, gradient: gradient! } });
  program.write("x", new Float32Array(64).fill(1));
  program.run();
  const values = [await program.read("y"), await program.read("gradient")];
  const { clock, kernels } = await program.profile();
  expect([await program.read("y"), await program.read("gradient")]).toEqual(values);
  expect(clock).toBe(device.capabilities.timestamps ? "timestamp queries" : "wall clock");
  expect(kernels).toHaveLength(program.report.dispatches);
  const layers = kernels.map(({ kernel, layer }) => `${kernel} ${layer}`);
  expect(layers.slice(0, 3)).toEqual(["conv2d net.0", "conv2d net.1", "relu net"]);
  expect(layers).toContain("conv2dInputGrad net.1");
  expect(layers.find((each) => each.startsWith("conv2dWeightGrad"))).toBe("conv2dWeightGrad net");
  const [conv] = kernels;
  expect(conv).toMatchObject({ flops: 2 * 16 * 8 * 36, bytes: 4 * (64 + 288 + 128) });
  for (const [i, { start, microseconds }] of kernels.entries()) {
    expect(microseconds).toBeGreaterThanOrEqual(0);
    expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : kernels[i - 1]!.start);
  }
});
