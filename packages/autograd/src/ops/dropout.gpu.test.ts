import { openDevice } from "@kindling/gpu";
import { expect, test } from "vitest";
import { pullback } from "../backward.ts";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { dropout } from "./dropout.ts";
import { randomNormal } from "./randomNormal.ts";
import { randomUniform } from "./randomUniform.ts";

const device = await openDevice();
const shape = [3, 50, 67];

test("a replayed program draws other numbers at each step, and the same at the same step and in other programs", async () => {
  const program = async () => {
    const graph = new Graph();
    const key = graph.input("key", [2], "u32");
    const outputs = {
      uniform: randomUniform(key, shape, { stream: 0 }),
      normal: randomNormal(key, shape, { stream: 1 }),
      other: randomUniform(key, shape, { stream: 2 }),
    };
    const compiled = await compile(graph, device, { store: null, outputs });
    const draw = async (step: number): Promise<Float32Array[]> => {
      compiled.write("key", Uint32Array.of(20_260, step));
      compiled.run();
      return Promise.all(Object.keys(outputs).map((name) => compiled.read(name)));
    };
    return { draw, [Symbol.dispose]: () => compiled[Symbol.dispose]() };
  };
  using first = await program();
  using second = await program();
  const atOne = await first.draw(1);
  const atTwo = await first.draw(2);
  expect(await first.draw(1)).toEqual(atOne);
  expect(await second.draw(2)).toEqual(atTwo);
  const [uniform, , other] = atOne;
  for (const numbers of [atTwo[0]!, other!]) expect(numbers.filter((value, i) => value === uniform![i]).length).toBeLessThan(5);
});

test("the mask of the forward pass is that of the gradient, drops a share p, and is another at the next step", async () => {
  const graph = new Graph();
  const x = graph.input("x", shape, "f32");
  const dy = graph.input("dy", shape, "f32");
  const y = dropout(x, graph.input("key", [2], "u32"), { p: 0.25, stream: 7, training: true });
  const [dx] = pullback([[y, dy]], [x]);
  using program = await compile(graph, device, { store: null, outputs: { y, dx: dx! } });
  const size = 3 * 50 * 67;
  program.write("x", new Float32Array(size).fill(3));
  program.write("dy", new Float32Array(size).fill(6));
  const masks: Float32Array[] = [];
  for (const step of [1, 2]) {
    program.write("key", Uint32Array.of(5, step));
    program.run();
    const [forward, gradient] = [await program.read("y"), await program.read("dx")];
    expect([...new Set(forward)].sort()).toEqual([0, 4]);
    expect(gradient).toEqual(forward.map((value) => 2 * value));
    const dropped = forward.filter((value) => value === 0).length / size;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / size));
    masks.push(forward);
  }
  const bothKept = masks[0]!.filter((value, i) => value > 0 && masks[1]![i]! > 0).length / size;
  expect(Math.abs(bothKept - 0.75 ** 2)).toBeLessThan(4 * Math.sqrt((0.5625 * 0.4375) / size));
});

test("outside of training, and where nothing is dropped, x is passed on; keys, streams and probabilities that are none are refused", () => {
  const graph = new Graph();
  const x = graph.input("x", shape, "f32");
  const key = graph.input("key", [2], "u32");
  expect(dropout(x, key, { p: 0.5, stream: 0, training: false })).toBe(x);
  expect(dropout(x, key, { p: 0, stream: 0, training: true })).toBe(x);
  expect(graph.nodes).toEqual([]);
  expect(() => dropout(x, key, { p: 1, stream: 0, training: true })).toThrow("below 1");
  expect(() => dropout(x, x, { p: 0.5, stream: 0, training: true })).toThrow("u32");
  expect(() => randomUniform(graph.input("short", [1], "u32"), shape, { stream: 0 })).toThrow("seed and step");
  expect(() => randomNormal(key, shape, { stream: -1 })).toThrow("stream");
});
