import { backward, compile, Graph, mean, mul, type Tensor, type Variable } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { heatmapsOf, type Mode, toFile, variablesOf } from "@kindling/models";
import type { TensorCheck } from "./goldenCase.ts";
import type { GoldenFiles } from "./goldenFiles.ts";
import { imageInput } from "./imageInput.ts";
import type { ModelFile } from "./modelFile.ts";
import { type ModelSetup, modelSetup } from "./modelSetup.ts";
import { valuesToFile } from "./torchLayout.ts";

/** HRNet-W8 in evaluation and in training: heatmaps, two gradients of mean(output²), and the running mean that one training pass leaves. */
export async function hrnetValues(device: Device, files: GoldenFiles, file: ModelFile): Promise<TensorCheck[]> {
  using setup = modelSetup(device, files, "hrnet-w8");
  await setup.load("hrnet_w8.pth");
  const variables = variablesOf(setup.model);
  const gradients = { grad_conv1: variables.get("conv1.weight")!, grad_final: variables.get("final_layer.weight")! };
  const evaluated = await run(device, setup, file, "eval", {});
  const trained = await run(device, setup, file, "train", gradients);
  const runningMean = variables.get("bn1.running_mean")!;
  return [
    file.compare("output_eval", evaluated.output!),
    file.compare("output_train", trained.output!),
    ...Object.keys(gradients).map((name) => file.compare(name, trained[name]!)),
    file.compare("running_mean_bn1_after_one_train_forward", (await setup.store.read([runningMean])).get(runningMean)!),
  ];
}

/** The heatmaps, and gradients of mean(output²) by the names given, in the order of a file. */
async function run(
  device: Device,
  { model, store }: ModelSetup,
  file: ModelFile,
  mode: Mode,
  wanted: Readonly<Record<string, Variable>>,
): Promise<Readonly<Record<string, Float32Array>>> {
  const image = imageInput(file.tensor("x"));
  const graph = new Graph();
  const output = heatmapsOf(model, graph.input("x", image.shape, "f32"), mode);
  const outputs: Record<string, Tensor> = { output };
  const names = Object.keys(wanted);
  if (names.length > 0) {
    const gradients = backward(
      mean(mul(output, output)),
      names.map((name) => graph.use(wanted[name]!)),
    );
    for (const [i, name] of names.entries()) outputs[name] = gradients[i]!;
  }
  using program = await compile(graph, device, { store, outputs });
  program.write("x", image.data);
  program.run();
  const values: Record<string, Float32Array> = { output: valuesToFile(await program.read("output"), output.shape, "image") };
  for (const name of names) values[name] = toFile(wanted[name]!, await program.read(name));
  return values;
}
