import {
  adamUpdate,
  adamwUpdate,
  clipByGlobalNorm,
  compile,
  Graph,
  globalNorm,
  namedVariable,
  ParameterStore,
  sgdMomentumUpdate,
  type Tensor,
  type Variable,
} from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import { checked, compared, type GoldenOutcome } from "./goldenCase.ts";
import { GoldenError } from "./goldenError.ts";
import { type GoldenJson, type GoldenTensor, type GoldenTensors, goldenTensor } from "./goldenFiles.ts";
import type { OpEntry } from "./opEntry.ts";

/** Five steps of an optimiser on a parameter of a store, with the file's gradients; compares the parameter after every step. */
export async function checkOptimizer(device: Device, entry: OpEntry, file: GoldenTensors): Promise<GoldenOutcome> {
  const path = `ops/${entry.name}.safetensors`;
  const [start, gradients, trajectory] = ["parameter", "gradients", "trajectory"].map((name) => goldenTensor(file, path, name));
  const parameter = variableOf("parameter", start!);
  using store = new ParameterStore(device, { variables: [parameter], trainable: () => true });
  store.initialise([parameter], Math.random); // its values are the file's
  const graph = new Graph();
  const scalars = graph.input("scalars", [3], "f32");
  const stepScalars = recordUpdate(entry, { graph, store, scalars });
  using program = await compile(graph, device, { store, outputs: {} });
  const size = sizeOf(start!.shape);
  const after = new Float32Array(trajectory!.data.length);
  for (let step = 1; step * size <= after.length; step++) {
    store.write(store.gradientOf(parameter), gradients!.data.slice((step - 1) * size, step * size));
    program.write("scalars", Float32Array.from(stepScalars(step)));
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

interface Recording {
  readonly graph: Graph;
  readonly store: ParameterStore;
  readonly scalars: Tensor;
}

/** Records the entry's update of the store's only segment; returns the three scalars of step t = 1, 2, … */
function recordUpdate(entry: OpEntry, { graph, store, scalars }: Recording): (t: number) => readonly number[] {
  const [segment] = store.segments;
  const [parameters, gradients] = [graph.use(segment!.parameters), graph.use(segment!.gradients)];
  const slot = (name: string): Tensor => graph.use(store.slot(name)[0]!);
  const { number, numbers, flag } = defaultsOf(entry);
  const [learningRate, weightDecay] = [number("lr"), number("weight_decay")];
  if (entry.op.startsWith("sgd")) {
    const [momentum, dampening] = [number("momentum"), number("dampening")];
    const attrs = { weightDecay, learningRateFactor: 1, momentum, nesterov: flag("nesterov") };
    sgdMomentumUpdate(parameters, gradients, slot("momentum_buffer"), scalars, attrs);
    return (t) => [learningRate, t === 1 ? 1 : 1 - dampening, 0];
  }
  const [beta1, beta2] = numbers("betas");
  const attrs = { beta1: beta1!, beta2: beta2!, epsilon: number("eps"), weightDecay, learningRateFactor: 1 };
  const update = entry.op === "adamw" ? adamwUpdate : adamUpdate;
  update(parameters, gradients, slot("exp_avg"), slot("exp_avg_sq"), scalars, attrs);
  return (t) => [learningRate, 1 - beta1! ** t, 1 - beta2! ** t];
}

/** The optimiser's constants, as its PyTorch object states them. */
function defaultsOf(entry: OpEntry): {
  readonly number: (name: string) => number;
  readonly numbers: (name: string) => readonly number[];
  readonly flag: (name: string) => boolean;
} {
  const defaults = (entry.attribute("defaults") ?? {}) as GoldenJson;
  const value = <T>(name: string, kind: string, holds: (found: unknown) => found is T): T => {
    const found = defaults[name];
    if (!holds(found))
      throw new GoldenError(`ops/index.json: ${entry.name}.defaults.${name} must be ${kind}; got ${JSON.stringify(found)}`);
    return found;
  };
  const isNumber = (found: unknown): found is number => typeof found === "number";
  return {
    number: (name) => value(name, "a number", isNumber),
    numbers: (name) =>
      value(name, "two numbers", (found): found is number[] => Array.isArray(found) && found.length === 2 && found.every(isNumber)),
    flag: (name) => value(name, "true or false", (found) => typeof found === "boolean"),
  };
}
