import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { type Device, type Shape, sizeOf } from "@kindling/gpu";
import { createModel, fileShapesOf, loadWeights, nameModule, outputsOf, type StateDict, variablesOf } from "@kindling/models";
import { checked, compared, type GoldenOutcome, goldenBound, type TensorCheck } from "./goldenCase.ts";
import { GoldenError } from "./goldenError.ts";
import { imageInput } from "./imageInput.ts";
import { field, items, number, numbers } from "./jsonValues.ts";
import { valuesToFile } from "./torchLayout.ts";

/** Our models by the names of `domain/forward.json`; w48 is missing, because float32 cannot reproduce it (see goldenDomain). */
export const domainForward: Readonly<Record<string, string>> = {
  "SqueezeNetHPE 96x72 -> upsample 24x18": "squeezenet-hpe",
  "SqueezeNetHPE 384x288 -> 96x72": "squeezenet-hpe",
  "pose_hrnet w32 on 64x64": "hrnet-w32",
  "pose_hrnet w32 on 128x96": "hrnet-w32",
  "LightweightOpenPose r1 on 64x80": "openpose-lite",
};

/** Runs a network whose weights and input are given by formula; compares sums, the maximum and samples of its heatmaps. */
export async function checkForward(device: Device, name: string, entry: unknown): Promise<GoldenOutcome> {
  const model = createModel(name);
  nameModule(model, "");
  using store = new ParameterStore(device, { variables: variablesOf(model).values(), trainable: () => false });
  loadWeights(store, model, formulaWeights(fileShapesOf(model)), "domain/forward.json");
  const shape = numbers(field(entry, "input"));
  const image = imageInput({ shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.1 * i + 0.3)) });
  const graph = new Graph();
  const outputs = outputsOf(model, graph.input("x", image.shape, "f32"), "eval");
  using program = await compile(graph, device, { store, outputs: Object.fromEntries(outputs.entries()) });
  program.write("x", image.data);
  program.run();

  const expected = items(field(entry, "outputs"));
  if (expected.length !== outputs.length)
    throw new GoldenError(`${name} puts out ${outputs.length} tensors, the file has ${expected.length}`);
  const checks: TensorCheck[] = [];
  for (const [i, output] of outputs.entries()) {
    const maps = valuesToFile(await program.read(String(i)), output.shape, "image");
    const before = outputs.length === 1 ? "" : `${model.card.outputs([shape[2]!, shape[3]!])[i]!.name} `;
    checks.push(...checksOfMaps(maps, expected[i]).map((check) => ({ ...check, name: before + check.name })));
  }
  return checked(checks);
}

function checksOfMaps(maps: Float32Array, expected: unknown): readonly TensorCheck[] {
  const [absolute, every] = [number(field(expected, "abs_sum")), number(field(expected, "samples_every"))];
  const samples = numbers(field(expected, "samples"));
  const sum = maps.reduce((total, value) => total + value, 0);
  return [
    // The sum may cancel, so it is measured by the sum of absolute values.
    { name: "sum", error: Math.abs(sum - number(field(expected, "sum"))) / absolute, bound: goldenBound },
    compared("abs_sum", [maps.reduce((total, value) => total + Math.abs(value), 0)], [absolute]),
    compared("max", [maps.reduce((high, value) => Math.max(high, value))], [number(field(expected, "max"))]),
    compared(
      "samples",
      samples.map((_, i) => maps[i * every]!),
      samples,
    ),
  ];
}

/** The file's fill rule: tensor p of the state dict is a sine that p shifts, scaled by its kind. */
function formulaWeights(shapes: ReadonlyMap<string, Shape>): StateDict {
  return new Map(
    [...shapes].map(([name, shape], p) => {
      const scale = scaleOf(name, shape);
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale(Math.sin(1 + 0.61803398875 * i + 0.31 * p)));
      return [name, { shape, data }] as const;
    }),
  );
}

function scaleOf(name: string, shape: Shape): (s: number) => number {
  if (name.endsWith("running_var")) return (s) => 1 + 0.5 * s * s;
  if (shape.length === 4) {
    const factor = Math.sqrt(2 / sizeOf(shape.slice(1)));
    return (s) => s * factor;
  }
  return name.endsWith("weight") ? (s) => 1 + 0.1 * s : (s) => 0.1 * s;
}
