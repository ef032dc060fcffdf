import { add, backward, compile, Graph, ParameterStore, simccKl, type Tensor, type Variable } from "@kindling/autograd";
import { encodeFloat16, openDevice, sizeOf } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { expect, test } from "vitest";
import { foldBatchNorm } from "../foldBatchNorm.ts";
import { loadWeights } from "../loadWeights.ts";
import { checkpointActivations, nameModule, variablesOf } from "../module.ts";
import { outputsOf } from "../poseModel.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import { concat, Float64Layers, map, maxPool, type Planes, planes, silu } from "../testing/float64Layers.ts";
import { randomSource } from "../testing/randomSource.ts";
import { trainedLike } from "../testing/trainedLike.ts";
import { RTMPose } from "./rtmpose.ts";

const device = await openDevice();

/** Odd at every halving: 70, 35, 18, 9, 5, 3 rows and 44, 22, 11, 6, 3, 2 columns. */
const [batch, height, width, joints] = [2, 70, 44, 5];
const image = Float32Array.from({ length: batch * height * width * 4 }, imageValue(3));

test("inside and outputs are those of the definition in float64, with the batch norms folded too", async () => {
  const tiny = tinyModel();
  const weights = weightsOf(tiny);
  const expected = [0, 1].map((n) => definition(new Float64Layers(weights), imagePlanes(n)));
  const together = (name: string) => Float64Array.from(expected.flatMap((one) => [...one[name]!]));
  const taps = ["backbone.stem.out", "backbone.stage1.out", "backbone.stage3.out", "backbone.stage4.out", "head.final_layer.out"];
  const found = await evaluated(tiny, taps);
  for (const name of [...taps, "simcc_x", "simcc_y"]) expect(relativeError(found[name]!, together(name)), name).toBeLessThan(1e-5);

  const folded = tinyModel();
  const biases = foldBatchNorm(folded);
  expect(biases.length).toBeGreaterThan(30);
  const outputs = await evaluated(folded, [], biases);
  for (const name of ["simcc_x", "simcc_y"]) expect(relativeError(outputs[name]!, together(name)), name).toBeLessThan(1e-5);
});

test.skipIf(!device.capabilities.f16)("stored as f16 the outputs are near those of f32 (skipped without shader-f16)", async () => {
  const [f32, f16] = [await evaluated(tinyModel(), []), await evaluated(tinyModel(), [], [], "f16")];
  for (const name of ["simcc_x", "simcc_y"]) expect(relativeError(f16[name]!, f32[name]!), name).toBeLessThan(2e-2);
});

test("in training every parameter has a gradient, the one of differences, and descending along it lowers the loss at each step", async () => {
  using training = await trainingOf(tinyModel());
  const { store, parameters } = training;
  /** What the loss falls by along the gradient: the sum of its squares. */
  const slopeOf = (gradients: readonly Float32Array[]) =>
    gradients.reduce((sum, gradient) => sum + gradient.reduce((all, value) => all + value * value, 0), 0);
  const moved = async (start: ReadonlyMap<Variable, Float32Array>, gradients: readonly Float32Array[], step: number) => {
    for (const [i, variable] of parameters.entries())
      store.write(
        variable,
        start.get(variable)!.map((value, j) => value + step * gradients[i]![j]!),
      );
    return training.run();
  };
  const start = await store.read(parameters);
  let [loss, gradients] = await training.run();
  for (const [i, { name }] of parameters.entries()) {
    expect(gradients[i]!.every(Number.isFinite), name).toBe(true);
    expect(
      gradients[i]!.some((value) => value !== 0),
      name,
    ).toBe(true);
  }
  // Steps that move the loss by a thousandth of itself: far above its rounding, and the graph of the loss is all but straight there.
  const step = (1e-3 * loss) / slopeOf(gradients);
  const [[above], [below]] = [await moved(start, gradients, step), await moved(start, gradients, -step)];
  expect(Math.abs((above - below) / (2 * step) / slopeOf(gradients) - 1)).toBeLessThan(0.02);
  let values: ReadonlyMap<Variable, Float32Array> = start;
  for (let i = 0; i < 4; i++) {
    const [lower, next] = await moved(values, gradients, (-2e-3 * loss) / slopeOf(gradients));
    expect(lower).toBeLessThan(0.999 * loss);
    [loss, gradients, values] = [lower, next, await store.read(parameters)];
  }
});

test("blocks whose activations are checkpointed give the same loss and gradients, in less memory", async () => {
  using plain = await trainingOf(tinyModel());
  const sparing = tinyModel();
  checkpointActivations(sparing);
  using checkpointed = await trainingOf(sparing);
  expect(await checkpointed.run()).toEqual(await plain.run());
  expect(checkpointed.plannedBytes).toBeLessThan(plain.plannedBytes);
});

/** Depths of 1, 2, 2 and 1 blocks, from 4 to 64 channels. */
function tinyModel(): RTMPose {
  const model = new RTMPose({ name: "rtmpose-tiny", deepen: 0.34, widen: 1 / 16, joints, input: [height, width] });
  nameModule(model, "");
  return model;
}

/** With queries and keys that look at one another: most products of theirs are above 0, where the squared ReLU lets them through. */
function weightsOf(model: RTMPose): StateDict {
  const attention = /gamma$|beta$/;
  return new Map(
    [...trainedLike(model)].map(([name, { shape, data }]) => [
      name,
      { shape, data: attention.test(name) ? data.map((value) => value + 0.3) : data },
    ]),
  );
}

/** The network's outputs, and tensors inside as PyTorch lays them out. */
async function evaluated(
  model: RTMPose,
  taps: readonly string[],
  folded: readonly Variable[] = [],
  dtype: "f32" | "f16" = "f32",
): Promise<Readonly<Record<string, Float32Array>>> {
  using store = new ParameterStore(device, { variables: [...variablesOf(model).values(), ...folded], trainable: () => false });
  loadWeights(store, model, weightsOf(model), "test");
  const graph = new Graph();
  const made = outputsOf(model, imageOf(graph, dtype), "eval");
  const inside = taps.map((name) => [name, graph.find(name)] as const);
  const outputs: Record<string, Tensor> = { simcc_x: made[0]!, simcc_y: made[1]!, ...Object.fromEntries(inside) };
  using program = await compile(graph, device, { store, outputs });
  program.write("image", stored(dtype));
  program.run();
  const read: Record<string, Float32Array> = {};
  for (const [name, { shape }] of Object.entries(outputs)) {
    const values = await program.read(name);
    read[name] = shape.length === 4 ? channelsFirst(values, shape) : values;
  }
  return read;
}

/** KL divergence of the network's distributions from fixed ones, in training. */
async function trainingOf(model: RTMPose): Promise<
  Disposable & {
    readonly store: ParameterStore;
    readonly parameters: readonly Variable[];
    readonly plannedBytes: number;
    run(): Promise<readonly [loss: number, gradients: readonly Float32Array[]]>;
  }
> {
  const parameters = [...variablesOf(model).values()].filter(({ role }) => role === "parameter");
  const store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => true });
  loadWeights(store, model, weightsOf(model), "test");
  const graph = new Graph();
  const made = outputsOf(model, imageOf(graph, "f32"), "train");
  const targets = made.map(({ shape }, axis) => graph.input(`target${axis}`, shape, "f32"));
  const loss = made.map((output, axis) => simccKl(output, targets[axis]!, null)).reduce(add);
  const gradients = backward(
    loss,
    parameters.map((variable) => graph.use(variable)),
  );
  const outputs = Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient!]));
  const program = await compile(graph, device, { store, outputs: { loss, ...outputs } });
  program.write("image", image);
  for (const [axis, { shape }] of targets.entries()) program.write(`target${axis}`, gaussians(shape[2]!));
  return {
    store,
    parameters,
    plannedBytes: program.report.plannedBytes,
    async run() {
      program.run();
      const [value] = await program.read("loss");
      return [value!, await Promise.all(parameters.map((_, i) => program.read(`gradient${i}`)))];
    },
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}

/** Distributions [batch,joints,bins] around a bin of their own each. */
function gaussians(bins: number): Float32Array<ArrayBuffer> {
  const rows = Array.from({ length: batch * joints }, (_, row) => {
    const center = ((row + 1) * bins) / (batch * joints + 1);
    const heights = Array.from({ length: bins }, (_, bin) => Math.exp(-((bin - center) ** 2) / 50));
    const total = heights.reduce((sum, value) => sum + value, 0);
    return heights.map((value) => value / total);
  });
  return Float32Array.from(rows.flat());
}

/** mmpose's RTMPose on one image, by names: what the taps of the network are compared with. */
function definition(layers: Float64Layers, x: Planes): Readonly<Record<string, Float64Array>> {
  const convModule = (y: Planes, name: string, kernel: number, stride = 1) =>
    map(layers.norm(layers.conv(y, `${name}.conv`, { stride, padding: (kernel - 1) / 2 }), `${name}.bn`), silu);
  const cspLayer = (y: Planes, name: string, depth: number, residual: boolean) => {
    let main = convModule(y, `${name}.main_conv`, 1);
    for (let i = 0; i < depth; i++) {
      const block = `${name}.blocks.${i}`;
      const inner = convModule(convModule(main, `${block}.conv1`, 3), `${block}.conv2.depthwise_conv`, 5);
      const made = convModule(inner, `${block}.conv2.pointwise_conv`, 1);
      const before = main;
      main = residual ? { ...made, data: made.data.map((value, at) => value + before.data[at]!) } : made;
    }
    const joined = concat([main, convModule(y, `${name}.short_conv`, 1)]);
    const pixels = joined.height * joined.width;
    const means = planes(
      joined.channels,
      1,
      1,
      (c) => joined.data.subarray(c * pixels, (c + 1) * pixels).reduce((a, b) => a + b, 0) / pixels,
    );
    const gates = layers.conv(means, `${name}.attention.fc`).data.map((value) => Math.min(1, Math.max(0, (value + 3) / 6)));
    return convModule(
      map(joined, (value, c) => value * gates[c]!),
      `${name}.final_conv`,
      1,
    );
  };
  const stem = [0, 1, 2].reduce((y, i) => convModule(y, `backbone.stem.${i}`, 3, i === 0 ? 2 : 1), x);
  const stages: Planes[] = [];
  for (const [i, depth] of [1, 2, 2].entries()) {
    const name = `backbone.stage${i + 1}`;
    stages.push(cspLayer(convModule(stages.at(-1) ?? stem, `${name}.0`, 3, 2), `${name}.1`, depth, true));
  }
  const narrow = convModule(convModule(stages[2]!, "backbone.stage4.0", 3, 2), "backbone.stage4.1.conv1", 1);
  const pooled = convModule(concat([narrow, ...[2, 4, 6].map((radius) => maxPool(narrow, radius))]), "backbone.stage4.1.conv2", 1);
  const stage4 = cspLayer(pooled, "backbone.stage4.2", 1, false);

  const maps = layers.conv(stage4, "head.final_layer", { padding: 3 });
  const pixels = maps.height * maps.width;
  const rows = Array.from({ length: maps.channels }, (_, k) => maps.data.slice(k * pixels, (k + 1) * pixels));
  const tokens = gatedAttention(layers, layers.linear(scaled(layers, rows, "head.mlp.0"), "head.mlp.1"));
  const flat = (name: string) => Float64Array.from(layers.linear(tokens, name).flatMap((row) => [...row]));
  return {
    "backbone.stem.out": stem.data,
    "backbone.stage1.out": stages[0]!.data,
    "backbone.stage3.out": stages[2]!.data,
    "backbone.stage4.out": stage4.data,
    "head.final_layer.out": maps.data,
    simcc_x: flat("head.cls_x"),
    simcc_y: flat("head.cls_y"),
  };
}

function scaled(layers: Float64Layers, rows: readonly Float64Array[], name: string): readonly Float64Array[] {
  const [g] = layers.tensor(`${name}.g`).data;
  return rows.map((row) => {
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) / Math.sqrt(row.length);
    return row.map((value) => (value / Math.max(norm, 1e-5)) * g!);
  });
}

function gatedAttention(layers: Float64Layers, x: readonly Float64Array[]): readonly Float64Array[] {
  const [expanded, size] = [512, 128];
  const uv = layers.linear(scaled(layers, x, "head.gau.ln"), "head.gau.uv").map((row) => row.map(silu));
  const [gamma, beta] = ["gamma", "beta"].map((name) => layers.tensor(`head.gau.${name}`).data);
  const base = uv.map((row) => row.subarray(2 * expanded));
  const [query, key] = [0, 1].map((which) =>
    base.map((row) => row.map((value, i) => value * gamma![which * size + i]! + beta![which * size + i]!)),
  );
  const attended = query!.map((q, k) => {
    const weights = key!.map((other) => Math.max(0, q.reduce((sum, value, i) => sum + value * other[i]!, 0) / Math.sqrt(size)) ** 2);
    return Float64Array.from(
      { length: expanded },
      (_, i) => uv[k]![i]! * weights.reduce((sum, weight, j) => sum + weight * uv[j]![expanded + i]!, 0),
    );
  });
  const scale = layers.tensor("head.gau.res_scale.scale").data;
  return layers.linear(attended, "head.gau.o").map((row, k) => row.map((value, i) => value + scale[i]! * x[k]![i]!));
}

function imageOf(graph: Graph, dtype: "f32" | "f16"): Tensor {
  return graph.input("image", [batch, height, width, 4], dtype);
}

function stored(dtype: "f32" | "f16"): ArrayBufferView<ArrayBuffer> {
  return dtype === "f32" ? image : Uint16Array.from(encodeFloat16(image));
}

/** −1 … 1, and 0 in the fourth channel. */
function imageValue(seed: number): (value: unknown, i: number) => number {
  const random = randomSource(seed);
  return (_, i) => (i % 4 === 3 ? 0 : 2 * random() - 1);
}

function imagePlanes(n: number): Planes {
  return planes(3, height, width, (c, i, j) => image[((n * height + i) * width + j) * 4 + c]!);
}

/** [n,h,w,c] as [n,c,h,w]. */
function channelsFirst(values: Float32Array, shape: readonly number[]): Float32Array {
  const [, rows = 0, columns = 0, channels = 0] = shape;
  const pixels = rows * columns;
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [pixel, plane] = [i % pixels, Math.floor(i / pixels)];
    return values[(Math.floor(plane / channels) * pixels + pixel) * channels + (plane % channels)]!;
  });
}
