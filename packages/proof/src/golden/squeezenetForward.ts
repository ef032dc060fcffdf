import { compile, Graph } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { heatmapsOf } from "@kindling/models";
import type { TensorCheck } from "./goldenCase.ts";
import type { GoldenFiles } from "./goldenFiles.ts";
import { imageInput } from "./imageInput.ts";
import type { ModelFile } from "./modelFile.ts";
import { modelSetup } from "./modelSetup.ts";
import { valuesToFile } from "./torchLayout.ts";

/** The student's heatmaps with the weights of both file formats. */
export async function squeezenetForward(device: Device, files: GoldenFiles, file: ModelFile): Promise<TensorCheck[]> {
  using setup = modelSetup(device, files, "squeezenet-hpe");
  const image = imageInput(file.tensor("x"));
  const graph = new Graph();
  const output = heatmapsOf(setup.model, graph.input("x", image.shape, "f32"), "eval");
  using program = await compile(graph, device, { store: setup.store, outputs: { output } });
  program.write("x", image.data);
  const checks: TensorCheck[] = [];
  for (const weights of ["squeezenet_hpe.pth", "squeezenet_hpe_legacy.pth"]) {
    await setup.load(weights);
    program.run();
    const check = file.compare("output", valuesToFile(await program.read("output"), output.shape, "image"));
    checks.push({ ...check, name: checks.length === 0 ? "output" : `output of ${weights}` });
  }
  return checks;
}
