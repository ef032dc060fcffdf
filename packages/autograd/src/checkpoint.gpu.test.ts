import { openDevice, sizeOf } from "@kindling/gpu";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { backward } from "./backward.ts";
import { checkpoint } from "./checkpoint.ts";
import { compile } from "./compile.ts";
import { Graph } from "./graph.ts";
import { add } from "./ops/add.ts";
import { batchNorm } from "./ops/batchNorm.ts";
import { conv2d } from "./ops/conv2d.ts";
import { dropout } from "./ops/dropout.ts";
import { fire } from "./ops/fire.ts";
import { mean } from "./ops/mean.ts";
import { mul } from "./ops/mul.ts";
import { relu } from "./ops/relu.ts";
import { sumAll } from "./ops/sumAll.ts";
import { ParameterStore } from "./store.ts";
import type { Tensor } from "./tensor.ts";
import { namedVariable, type Variable } from "./variable.ts";

const device = await openDevice();

/** How a chain records its blocks. */
type Wrap = (x: Tensor, body: (x: Tensor) => Tensor) => Tensor;
const keep: Wrap = (x, body) => body(x);

test("gradients, running statistics and the loss of batch norm, dropout and a tap are bit for bit those without checkpoints, in less memory", async () => {
  const plain = await trainBlocks(keep);
  const checkpointed = await trainBlocks(checkpoint);
  expect(checkpointed.values).toEqual(plain.values);
  for (const values of checkpointed.values) expect(values.some((value) => value !== 0) && values.every(Number.isFinite)).toBe(true);
  expect(checkpointed.plannedBytes).toBeLessThan(0.7 * plain.plannedBytes);
});

test("a chain of fire modules has the same gradients, and keeps what modules give each other alone", async () => {
  const plain = await trainFires(keep);
  const everyTwo = await trainFires(checkpoint);
  expect(everyTwo.values).toEqual(plain.values);
  for (const values of everyTwo.values) expect(values.some((value) => value !== 0)).toBe(true);
  expect(everyTwo.plannedBytes).toBeLessThan(0.8 * plain.plannedBytes);
});

test("a checkpoint within another is part of it: the gradients are the same", async () => {
  const nested: Wrap = (x, body) => checkpoint(x, (inner) => checkpoint(relu(inner), body));
  const plain = await trainBlocks((x, body) => body(relu(x)));
  expect((await trainBlocks(nested)).values).toEqual(plain.values);
});

test("nodes are repeated once, before the first gradient that needs them; statistics, effects and the outputs are not", () => {
  const graph = new Graph();
  const x = graph.input("x", [2, 3, 3, 4], "f32");
  const [weight, bias, runningMean, runningVariance] = ["weight", "bias", "mean", "variance"].map((name) =>
    graph.use(channelVariable(`bn.${name}`, 4)),
  );
  const y = checkpoint(x, (inner) =>
    mul(relu(batchNorm(inner, weight!, bias!, runningMean!, runningVariance!, { training: true })), inner),
  );
  const loss = sumAll(y);
  const forward = graph.nodes.length;
  backward(loss, [weight!]);
  const names = graph.nodes.map(({ op }) => op.name);
  expect(names.slice(0, forward)).toEqual(["batchNormTraining", "updateRunningStatistics", "relu", "mul", "sumAll"]);
  expect(names.filter((name) => name === "batchNormTraining" || name === "updateRunningStatistics" || name === "mul").length).toBe(4);
  expect(names.filter((name) => name === "relu" || name === "batchNorm")).toEqual(["relu", "batchNorm", "relu"]);
});

test("a variable that is overwritten after a checkpoint read it, and gradients inside a body, are refused", () => {
  const graph = new Graph();
  const x = graph.input("x", [2, 3, 3, 4], "f32");
  const [weight, bias, runningMean, runningVariance] = ["weight", "bias", "mean", "variance"].map((name) =>
    graph.use(channelVariable(`bn.${name}`, 4)),
  );
  const y = checkpoint(x, (inner) => relu(relu(batchNorm(inner, weight!, bias!, runningMean!, runningVariance!, { training: false }))));
  const z = batchNorm(y, weight!, bias!, runningMean!, runningVariance!, { training: true });
  expect(() => backward(sumAll(z), [weight!])).toThrow(
    "checkpoint: batchNorm reads bn.mean, which updateRunningStatistics overwrites after it: it cannot be repeated",
  );
  expect(() => checkpoint(x, (inner) => backward(sumAll(relu(inner)), [inner])[0]!)).toThrow("not inside its body");
});

interface Trained {
  /** The loss, all gradients, and the running statistics after the step. */
  readonly values: readonly Float32Array[];
  readonly plannedBytes: number;
}

/** Four residual blocks of convolution, batch norm in training, dropout and convolution; the loss also looks at a tensor inside the second. */
async function trainBlocks(wrap: Wrap): Promise<Trained> {
  const [channels, count] = [8, 4];
  const blocks = Array.from({ length: count }, (_, i) => ({
    first: weightVariable(`${i}.first`, [3, 3, channels, channels]),
    second: weightVariable(`${i}.second`, [3, 3, channels, channels]),
    bn: ["weight", "bias", "mean", "variance"].map((name) => channelVariable(`${i}.bn.${name}`, channels)),
  }));
  const trained = blocks.flatMap(({ first, second, bn }) => [first, second, ...bn.slice(0, 2)]);
  const running = blocks.flatMap(({ bn }) => bn.slice(2));
  return train([2, 16, 12, channels], trained, running, (graph, image, key) => {
    let y = image;
    for (const [i, { first, second, bn }] of blocks.entries()) {
      y = wrap(y, (x) => {
        const [weight, bias, runningMean, runningVariance] = bn.map((variable) => graph.use(variable));
        const normalised = batchNorm(conv2d(x, graph.use(first), null, { padding: 1 }), weight!, bias!, runningMean!, runningVariance!, {
          training: true,
          activation: "relu",
        });
        if (!graph.paths.includes(`net.${i}`)) graph.name(normalised, `net.${i}`);
        const dropped = dropout(normalised, key, { p: 0.25, stream: i, training: true });
        return relu(add(conv2d(dropped, graph.use(second), null, { padding: 1 }), x));
      });
    }
    const tapped = graph.find("net.1");
    return add(mean(mul(y, y)), mean(mul(tapped, tapped)));
  });
}

/** Six fire modules, two in each block. */
async function trainFires(wrap: Wrap): Promise<Trained> {
  const [channels, squeezed] = [16, 4];
  const modules = Array.from({ length: 6 }, (_, i) =>
    (
      [
        ["squeeze", [1, 1, channels, squeezed]],
        ["expand1x1", [1, 1, squeezed, channels / 2]],
        ["expand3x3", [3, 3, squeezed, channels / 2]],
      ] as const
    ).map(([name, shape]) => [weightVariable(`${i}.${name}.weight`, shape), weightVariable(`${i}.${name}.bias`, [shape[3]])] as const),
  );
  return train([2, 16, 12, channels], modules.flat(2), [], (graph, image) => {
    let y = image;
    for (let i = 0; i < modules.length; i += 2) {
      y = wrap(y, (x) =>
        modules.slice(i, i + 2).reduce((inner, module) => {
          const [squeeze, expand1x1, expand3x3] = module.map(([weight, bias]) => [graph.use(weight), graph.use(bias)] as const);
          return fire(inner, { squeeze: squeeze!, expand1x1: expand1x1!, expand3x3: expand3x3! });
        }, x),
      );
    }
    return mean(mul(y, y));
  });
}

async function train(
  shape: readonly number[],
  trained: readonly Variable[],
  running: readonly Variable[],
  record: (graph: Graph, image: Tensor, key: Tensor) => Tensor,
): Promise<Trained> {
  const variables = [...trained, ...running];
  using store = new ParameterStore(device, { variables, trainable: () => false });
  store.initialise(variables, () => 0);
  const graph = new Graph();
  const [image, key] = [graph.input("image", shape, "f32"), graph.input("key", [2], "u32")];
  const loss = record(graph, image, key);
  const gradients = backward(
    loss,
    trained.map((variable) => graph.use(variable)),
  );
  const outputs = { loss, ...Object.fromEntries(gradients.map((gradient, i) => [String(i), gradient!])) };
  using program = await compile(graph, device, { store, outputs });
  program.write("image", Float32Array.from(randomValues(9, sizeOf(shape), -1, 1)));
  program.write("key", Uint32Array.of(3, 1));
  program.run();
  const values = await Promise.all(Object.keys(outputs).map((name) => program.read(name)));
  return { values: [...values, ...(await store.read(running)).values()], plannedBytes: program.report.plannedBytes };
}

function weightVariable(name: string, shape: readonly number[]): Variable {
  const values = Float32Array.from(
    randomValues([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 65_521, sizeOf(shape), -0.4, 0.4),
  );
  return namedVariable(name, { shape, role: "parameter", init: () => values });
}

/** One for weights and variances, half for biases and means. */
function channelVariable(name: string, channels: number): Variable {
  const value = /weight|variance/.test(name) ? 1 : 0.5;
  return namedVariable(name, { shape: [channels], role: "state", init: () => new Float32Array(channels).fill(value) });
}
