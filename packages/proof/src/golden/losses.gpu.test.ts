import { readFileSync } from "node:fs";
import {
  adamwUpdate,
  adaptiveWing,
  clipByGlobalNorm,
  compile,
  Graph,
  globalNorm,
  logSoftmax,
  mse,
  namedVariable,
  ParameterStore,
  pullback,
  scaleBy,
  softmax,
  spatialKl,
  sumAll,
  type Tensor,
} from "@kindling/autograd";
import { openDevice, sizeOf } from "@kindling/gpu";
import { readSafetensors } from "@kindling/models";
import { expect, test } from "vitest";
import { relativeError } from "../checkOp.ts";

const device = await openDevice();

interface Stored {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const paperWithMean = {
  omega: 14,
  theta: 0.5,
  epsilon: 1,
  alpha: 2.1,
  importanceWeight: 10,
  importanceThreshold: 0.2,
  normalization: "all",
} as const;

test.each<[name: string, wrt: string, build: (inputs: Readonly<Record<string, Tensor>>) => Tensor]>([
  ["softmax_spatial", "x", ({ x }) => softmax(x!)],
  ["log_softmax", "x", ({ x }) => logSoftmax(x!, "last")],
  ["reduce_sum_all", "x", ({ x }) => sumAll(x!)],
  ["mse", "pred", ({ pred, target }) => mse(pred!, target!)],
  ["adaptive_wing", "pred", ({ pred, target, mask }) => adaptiveWing(pred!, target!, mask!, paperWithMean)],
  ["spatial_kl_T1", "student", ({ student, teacher }) => spatialKl(student!, teacher!, { temperature: 1, normalization: "batch" })],
  ["spatial_kl_T4", "student", ({ student, teacher }) => spatialKl(student!, teacher!, { temperature: 4, normalization: "batch" })],
  [
    "joints_mse",
    "pred",
    // JointsMSELoss is half the mean over all elements: the mean over the visible ones times the share of visible maps.
    ({ pred, target, weight, scalars }) => scaleBy(mse(pred!, target!, weight!), scalars!, 0),
  ],
])("%s and its gradient equal PyTorch's", async (name, wrt, build) => {
  const stored = golden(name);
  const graph = new Graph();
  const inputs: Record<string, Tensor> = {};
  const data: Record<string, Float32Array> = {};
  for (const [key, tensor] of stored) {
    if (key === "output" || key.startsWith("grad_")) continue;
    const scalar = key === "cotangent" && tensor.data.length === 1;
    const map = key === "mask" || key === "weight";
    const { shape, data: values } = map
      ? { shape: tensor.shape.slice(0, 2), data: tensor.data }
      : toLastAxis(tensor, stored.get("x")?.shape);
    inputs[key] = graph.input(key, scalar ? [] : shape, "f32");
    data[key] = values;
  }
  const weight = stored.get("weight")?.data;
  if (weight) {
    inputs.scalars = graph.input("scalars", [1], "f32");
    data.scalars = Float32Array.of((0.5 * weight.reduce((sum, value) => sum + value, 0)) / weight.length);
  }
  const output = build(inputs);
  const [gradient] = pullback([[output, inputs.cotangent!]], [inputs[wrt]!]);
  using program = await compile(graph, device, { store: null, outputs: { output, gradient: gradient! } });
  for (const [key, values] of Object.entries(data)) program.write(key, Float32Array.from(values));
  program.run();

  const expected = toLastAxis(stored.get("output")!, stored.get("x")?.shape);
  expect(relativeError(await program.read("output"), expected.data)).toBeLessThan(1e-6);
  expect(relativeError(await program.read("gradient"), toLastAxis(stored.get(`grad_${wrt}`)!).data)).toBeLessThan(2e-6);
});

test("optim_adamw: five steps follow PyTorch's", async () => {
  const stored = golden("optim_adamw");
  const { shape, data } = stored.get("parameter")!;
  const parameter = namedVariable("parameter", { shape, role: "parameter", init: () => data });
  using store = new ParameterStore(device, { variables: [parameter], trainable: () => true });
  store.initialise([parameter], () => 0);
  const graph = new Graph();
  const scalars = graph.input("scalars", [4], "f32");
  graph.assign(store.gradientOf(parameter), scaleBy(graph.input("gradient", shape, "f32"), scalars, 3));
  const [segment] = store.segments;
  const [expAvg, expAvgSq] = ["exp_avg", "exp_avg_sq"].map((slot) => graph.use(store.slot(slot)[0]!));
  adamwUpdate(graph.use(segment!.parameters), graph.use(segment!.gradients), expAvg!, expAvgSq!, scalars, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    learningRateFactor: 1,
  });
  using program = await compile(graph, device, { store, outputs: {} });
  const size = sizeOf(shape);
  for (let step = 0; step < 5; step++) {
    program.write("gradient", stored.get("gradients")!.data.slice(step * size, (step + 1) * size));
    program.write("scalars", Float32Array.of(0.01, 1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1), 1));
    program.run();
    const after = (await store.read([parameter])).get(parameter)!;
    expect(relativeError(after, stored.get("trajectory")!.data.slice(step * size, (step + 1) * size))).toBeLessThan(3e-7);
  }
});

test("clip_grad_norm: the joint norm and the clipped gradients are PyTorch's", async () => {
  const stored = golden("clip_grad_norm");
  const variables = ["g1", "g2"].map((name) =>
    namedVariable(name, { shape: stored.get(name)!.shape, role: "parameter", init: () => stored.get(name)!.data }),
  );
  using store = new ParameterStore(device, {
    variables,
    trainable: () => true,
    groupOf: ({ name }) => ({ learningRateFactor: name === "g1" ? 1 : 2, weightDecay: true }),
  });
  const graph = new Graph();
  const gradients = store.segments.map((segment) => graph.use(segment.gradients));
  const norm = globalNorm([gradients[0]!, gradients[1]!]);
  clipByGlobalNorm(gradients, norm, 1);
  using program = await compile(graph, device, { store, outputs: { norm } });
  for (const variable of variables) store.write(store.gradientOf(variable), stored.get(variable.name)!.data);
  program.run();
  expect(relativeError(await program.read("norm"), stored.get("norm")!.data)).toBeLessThan(3e-7);
  const clipped = await store.read(variables.map((variable) => store.gradientOf(variable)));
  for (const [i, variable] of variables.entries()) {
    expect(relativeError(clipped.get(store.gradientOf(variable))!, stored.get(`c${i + 1}`)!.data)).toBeLessThan(3e-7);
  }
});

function golden(name: string): ReadonlyMap<string, Stored> {
  return readSafetensors(readFileSync(new URL(`../../../../test/golden/ops/${name}.safetensors`, import.meta.url))).tensors;
}

/** [n,c,h,w] as [n,h,w,c]; a tensor [n,c,h·w] whose maps were flattened as the NHWC tensor of `whole`; anything else as it is. */
function toLastAxis({ shape, data }: Stored, whole?: readonly number[]): Stored {
  const [n = 0, c = 0, h = 0, w = 0] = shape.length === 3 && whole?.length === 4 ? whole : shape;
  if (shape.length < 3) return { shape, data };
  const result = new Float32Array(data.length);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < c; channel++)
      for (let pixel = 0; pixel < h * w; pixel++) {
        result[(image * h * w + pixel) * c + channel] = data[(image * c + channel) * h * w + pixel]!;
      }
  return { shape: [n, h, w, c], data: result };
}
