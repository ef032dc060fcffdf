import { openDevice } from "@kindling/gpu";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { compile } from "../compile.ts";
import { Graph } from "../graph.ts";
import { ParameterStore } from "../store.ts";
import { namedVariable, type Variable } from "../variable.ts";
import { batchNorm } from "./batchNorm.ts";

const device = await openDevice();

test("training moves the running statistics by momentum, the variance towards the unbiased one", async () => {
  const [rows, channels] = [10, 3];
  using training = await trainingProgram([2, 5, 1, channels], 0.25);
  const { program, store, running } = training;
  expect(training.ops).toContain("updateRunningStatistics");
  const x = randomValues(1, rows * channels, 2, 5);
  program.write("x", Float32Array.from(x));
  program.run();
  program.run();
  const values = await store.read(running);
  for (let c = 0; c < channels; c++) {
    const column = Array.from({ length: rows }, (_, row) => x[row * channels + c]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rows - 1);
    // After two steps from 0 and 1.
    expect(values.get(running[0])![c]).toBeCloseTo(mean * (1 - 0.75 ** 2), 5);
    expect(values.get(running[1])![c]).toBeCloseTo(0.75 ** 2 + variance * (1 - 0.75 ** 2), 5);
  }
});

test("the variance keeps its digits where the mean is a thousand times the deviation", async () => {
  const shape = [4, 16, 16, 4];
  using training = await trainingProgram(shape, 0.1);
  const { program } = training;
  const x = randomValues(2, 4096, 999, 1001);
  program.write("x", Float32Array.from(x));
  program.run();
  const y = await program.read("y");
  for (let c = 0; c < 4; c++) {
    const squares = y.reduce((sum, value, i) => sum + (i % 4 === c ? value ** 2 : 0), 0);
    expect(squares / 1024).toBeCloseTo(1, 3);
  }
});

test("a training batch with one value a channel, and operands of other channels, are refused", () => {
  const graph = new Graph();
  const x = graph.input("x", [1, 1, 1, 3], "f32");
  const perChannel = ["weight", "bias", "mean", "variance"].map((name) => graph.input(name, [3], "f32"));
  const [weight, bias, mean, variance] = perChannel as [typeof x, typeof x, typeof x, typeof x];
  expect(() => batchNorm(x, weight, bias, mean, variance, { training: true })).toThrow("more than one value a channel");
  const wide = graph.input("wide", [1, 2, 2, 4], "f32");
  expect(() => batchNorm(wide, weight, bias, mean, variance, { training: false })).toThrow("each of 4 channels");
});

/** Batch norm in training with weight 1, bias 0 and fresh running statistics; frees its program and store. */
async function trainingProgram(shape: readonly number[], momentum: number) {
  const channels = shape.at(-1)!;
  const variable = (name: string, value: number): Variable =>
    namedVariable(name, { shape: [channels], role: "state", init: () => new Float32Array(channels).fill(value) });
  const [weight, bias] = [variable("weight", 1), variable("bias", 0)];
  const running = [variable("runningMean", 0), variable("runningVariance", 1)] as const;
  const store = new ParameterStore(device, { variables: [weight, bias, ...running], trainable: () => false });
  store.initialise([weight, bias, ...running], () => 0);
  const graph = new Graph();
  const x = graph.input("x", shape, "f32");
  const y = batchNorm(x, graph.use(weight), graph.use(bias), graph.use(running[0]), graph.use(running[1]), { training: true, momentum });
  const program = await compile(graph, device, { store, outputs: { y } });
  return {
    program,
    ops: graph.nodes.map(({ op }) => op.name),
    store,
    running,
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}
