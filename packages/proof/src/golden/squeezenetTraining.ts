import {
  adamwUpdate,
  adaptiveWing,
  add,
  backward,
  compile,
  Graph,
  type ParameterStore,
  type Program,
  spatialKl,
  type Tensor,
} from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { heatmapsOf, type Mode, toFile, variablesOf } from "@kindling/models";
import { relativeError } from "../checkOp.ts";
import type { TensorCheck } from "./goldenCase.ts";
import type { GoldenFiles } from "./goldenFiles.ts";
import { imageInput } from "./imageInput.ts";
import type { ModelFile } from "./modelFile.ts";
import { type ModelSetup, modelSetup } from "./modelSetup.ts";
import { toMemory, valuesToFile } from "./torchLayout.ts";

/** The learning rate and constants of the reference run, PyTorch's defaults but for the first two. */
const adamw = { learningRate: 1e-3, weightDecay: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Ten AdamW steps of the student on adaptive wing + spatial KL: outputs before and after, the first gradients, both losses of each step. */
export async function squeezenetTraining(device: Device, files: GoldenFiles, file: ModelFile): Promise<TensorCheck[]> {
  using setup = modelSetup(device, files, "squeezenet-hpe");
  await setup.load("squeezenet_hpe.pth");
  const { graph, output, outputs } = recordStep(setup, file, "train");
  using step = await compile(graph, device, { store: setup.store, outputs });
  using update = await compileUpdate(device, setup.store);
  writeBatch(step, file);

  const heatmaps = async (): Promise<Float32Array> => valuesToFile(await step.read("output"), output.shape, "image");
  const checks: TensorCheck[] = [];
  const expected = file.tensor("losses").data;
  const errors: number[] = [];
  for (let t = 1; 2 * t <= expected.length; t++) {
    step.run();
    if (t === 1) checks.push(file.compare("output_before", await heatmaps()), ...(await gradientChecks(setup, file)));
    const losses = [...(await step.read("adaptiveWing")), ...(await step.read("spatialKl"))];
    errors.push(relativeError(losses, expected.subarray(2 * t - 2, 2 * t)));
    update.write("scalars", Float32Array.of(adamw.learningRate, 1 - adamw.beta1 ** t, 1 - adamw.beta2 ** t));
    update.run();
  }
  step.run();
  return [...checks, { name: "losses", error: errors, bound: file.bounds("losses") }, file.compare("output_after", await heatmaps())];
}

/** Forward, both losses and every gradient, which is left in the store. */
function recordStep(
  { model, store }: ModelSetup,
  file: ModelFile,
  mode: Mode,
): { readonly graph: Graph; readonly output: Tensor; readonly outputs: Readonly<Record<string, Tensor>> } {
  const graph = new Graph();
  const output = heatmapsOf(model, graph.input("x", imageInput(file.tensor("x")).shape, "f32"), mode);
  const [target, teacher] = ["target", "teacher"].map((name) => graph.input(name, output.shape, "f32"));
  const mask = graph.input("mask", [output.shape[0]!, output.shape[3]!], "f32");
  const wing = adaptiveWing(output, target!, mask, { normalization: "all" });
  const divergence = spatialKl(output, teacher!, { temperature: 4, normalization: "batch" });
  const variables = [...variablesOf(model).values()];
  const gradients = backward(
    add(wing, divergence),
    variables.map((variable) => graph.use(variable)),
  );
  for (const [i, variable] of variables.entries()) graph.assign(store.gradientOf(variable), gradients[i]!);
  return { graph, output, outputs: { output, adaptiveWing: wing, spatialKl: divergence } };
}

function writeBatch(step: Program, file: ModelFile): void {
  step.write("x", imageInput(file.tensor("x")).data);
  for (const name of ["target", "teacher"]) step.write(name, Float32Array.from(toMemory(file.tensor(name), "image").data));
  step.write("mask", Float32Array.from(file.tensor("mask").data));
}

async function compileUpdate(device: Device, store: ParameterStore): Promise<Program> {
  const graph = new Graph();
  const scalars = graph.input("scalars", [3], "f32");
  const [expAvg, expAvgSq] = [store.slot("exp_avg"), store.slot("exp_avg_sq")];
  const { learningRate: _, ...attrs } = adamw;
  for (const [i, { parameters, gradients }] of store.segments.entries()) {
    adamwUpdate(graph.use(parameters), graph.use(gradients), graph.use(expAvg[i]!), graph.use(expAvgSq[i]!), scalars, {
      ...attrs,
      learningRateFactor: 1,
    });
  }
  return compile(graph, device, { store, outputs: {} });
}

async function gradientChecks({ model, store }: ModelSetup, file: ModelFile): Promise<TensorCheck[]> {
  const variables = variablesOf(model);
  const named = { grad_first_conv: variables.get("backbone.0.weight")!, grad_head: variables.get("conv_heatmap.weight")! };
  const gradients = await store.read(Object.values(named).map((variable) => store.gradientOf(variable)));
  return Object.entries(named).map(([name, variable]) => file.compare(name, toFile(variable, gradients.get(store.gradientOf(variable))!)));
}
