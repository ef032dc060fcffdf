import {
  adamwUpdate,
  clipByGlobalNorm,
  compile,
  Graph,
  globalNorm,
  namedVariable,
  ParameterStore,
  type Tensor,
  type Variable,
} from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import { checked, compared, type GoldenOutcome } from "./goldenCase.ts";
import { GoldenError } from "./goldenError.ts";
import { type GoldenJson, type GoldenTensor, type GoldenTensors, goldenTensor } from "./goldenFiles.ts";
import type { OpEntry } from "./opEntry.ts";

/** Steps of AdamW on a parameter of a store, with the file's gradients; compares the parameter after every step. */
export async function checkAdamw(device: Device, entry: OpEntry, file: GoldenTensors): Promise<GoldenOutcome> {
  const path = `ops/${entry.name}.safetensors`;
  const [start, gradients, trajectory] = ["parameter", "gradients", "trajectory"].map((name) => goldenTensor(file, path, name));
  const { learningRate, beta1, beta2, epsilon, weightDecay } = adamwConstants(entry);
  const parameter = variableOf("parameter", start!);
  using store = new ParameterStore(device, { variables: [parameter], trainable: () => true });
  store.initialise([parameter], Math.random); // its values are the file's
  const graph = new Graph();
  const scalars = graph.input("scalars", [3], "f32");
  const [segment] = store.segments;
  const [expAvg, expAvgSq] = ["exp_avg", "exp_avg_sq"].map((slot) => graph.use(store.slot(slot)[0]!));
  adamwUpdate(graph.use(segment!.parameters), graph.use(segment!.gradients), expAvg!, expAvgSq!, scalars, {
    beta1,
    beta2,
    epsilon,
    weightDecay,
    learningRateFactor: 1,
  });
  using program = await compile(graph, device, { store, outputs: {} });
  const size = sizeOf(start!.shape);
  const after = new Float32Array(trajectory!.data.length);
  for (let step = 1; step * size <= after.length; step++) {
    store.write(store.gradientOf(parameter), gradients!.data.slice((step - 1) * size, step * size));
    program.write("scalars", Float32Array.of(learningRate, 1 - beta1 ** step, 1 - beta2 ** step));
    program.run();
    after.set((await store.read([parameter])).get(parameter)!, (step - 1) * size);
  }
  return checked([compared("trajectory", after, trajectory!.data)]);
}

/** Clips two gradients by their joint norm; compares the norm and both of them. */
export async function checkClipping(device: Device, entry: OpEntry, file: GoldenTensors): Promise<GoldenOutcome> {
  const path = `ops/${entry.name}.safetensors`;
  const gradients = ["g1", "g2"].map((name) => variableOf(name, goldenTensor(file, path, name)));
  using store = new ParameterStore(device, { variables: gradients, trainable: () => true });
  store.initialise(gradients, Math.random); // their values are the file's
  const graph = new Graph();
  const tensors = gradients.map((gradient) => graph.use(gradient)) as [Tensor, Tensor];
  const norm = globalNorm(tensors);
  clipByGlobalNorm(tensors, norm, entry.number("max_norm"));
  using program = await compile(graph, device, { store, outputs: { norm } });
  program.run();
  const clipped = await store.read(gradients);
  const check = (name: string, got: Float32Array) => compared(name, got, goldenTensor(file, path, name).data);
  return checked([
    check("norm", await program.read("norm")),
    ...gradients.map((gradient, i) => check(`c${i + 1}`, clipped.get(gradient)!)),
  ]);
}

function variableOf(name: string, { shape, data }: GoldenTensor): Variable {
  return namedVariable(name, { shape, role: "parameter", init: () => data });
}

function adamwConstants(entry: OpEntry): {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
} {
  const { lr, betas, eps, weight_decay } = (entry.attribute("defaults") ?? {}) as GoldenJson;
  const numbers = [lr, betas, eps, weight_decay].flat();
  if (numbers.length !== 5 || !numbers.every((number) => typeof number === "number")) {
    throw new GoldenError(`ops/index.json: ${entry.name}.defaults must hold lr, two betas, eps and weight_decay`);
  }
  const [learningRate, beta1, beta2, epsilon, weightDecay] = numbers as [number, number, number, number, number];
  return { learningRate, beta1, beta2, epsilon, weightDecay };
}
