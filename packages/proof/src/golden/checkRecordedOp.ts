import { compile, Graph, pullback, type Tensor } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { checked, compared, type GoldenOutcome, type TensorCheck, unsupported } from "./goldenCase.ts";
import { type GoldenTensors, goldenTensor } from "./goldenFiles.ts";
import type { OpEntry } from "./opEntry.ts";
import type { RecordedOp } from "./recordedOps.ts";
import { toMemory, valuesToFile, valuesToMemory } from "./torchLayout.ts";

/** Runs an op forward and backward on a file's inputs and cotangent; compares its output and every gradient. */
export async function checkRecordedOp(device: Device, op: RecordedOp, entry: OpEntry, file: GoldenTensors): Promise<GoldenOutcome> {
  const path = `ops/${entry.name}.safetensors`;
  const shapes = Object.fromEntries([...file].map(([name, { shape }]) => [name, shape]));
  const lacking = op.lacks?.(entry, shapes);
  if (lacking) return unsupported(lacking);

  const graph = new Graph();
  const values: Record<string, Float32Array> = {};
  const inputs: Record<string, Tensor> = {};
  for (const name of entry.inputs) {
    const { shape, data } = toMemory(goldenTensor(file, path, name), op.layouts[name] ?? "plain");
    inputs[name] = graph.input(name, shape, "f32");
    values[name] = data;
  }
  const output = op.build(inputs, entry);
  const cotangent = graph.input("cotangent", output.shape, "f32");
  values.cotangent = valuesToMemory(goldenTensor(file, path, "cotangent").data, output.shape, op.output);
  const gradients = pullback(
    [[output, cotangent]],
    entry.gradients.map((name) => inputs[name]!),
  );

  const outputs: Record<string, Tensor> = { output };
  for (const [i, name] of entry.gradients.entries()) if (gradients[i]) outputs[`grad_${name}`] = gradients[i];
  using program = await compile(graph, device, { store: null, outputs });
  for (const [name, data] of Object.entries(values)) program.write(name, Float32Array.from(data));
  program.run();

  const tensors: TensorCheck[] = [];
  for (const name of ["output", ...entry.gradients.map((input) => `grad_${input}`)]) {
    const expected = goldenTensor(file, path, name).data;
    const tensor = outputs[name];
    const layout = name === "output" ? op.output : (op.layouts[name.slice("grad_".length)] ?? "plain");
    const got = tensor ? valuesToFile(await program.read(name), tensor.shape, layout) : new Float32Array(expected.length);
    tensors.push(compared(name, got, expected));
  }
  return checked(tensors);
}
