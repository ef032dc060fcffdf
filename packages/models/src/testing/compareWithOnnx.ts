import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import { foldedIn } from "../foldBatchNorm.ts";
import { loadWeights } from "../loadWeights.ts";
import type { HeightWidth } from "../modelCard.ts";
import { variablesOf } from "../module.ts";
import { encodeOnnx } from "../onnx/encodeOnnx.ts";
import { exportOnnx } from "../onnx/exportOnnx.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import { channelsFirst } from "./channelsFirst.ts";
import { type OnnxArray, openOnnx } from "./onnxRuntime.node.ts";
import { randomSource } from "./randomSource.ts";
import { trainedLike } from "./trainedLike.ts";

/** A network's file in ONNX Runtime. */
export interface OnnxComparison {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** What was computed of the same images, each output for each batch. */
  readonly computed: readonly { readonly name: string; readonly onnx: OnnxArray; readonly ours: OnnxArray }[];
}

/** Exports a named network with numbers as after training, and runs it in ONNX Runtime and in ours on batches of these sizes. */
export async function compareWithOnnx(
  device: Device,
  model: PoseModel,
  input: HeightWidth,
  batches: readonly number[],
): Promise<OnnxComparison> {
  const weights = trainedLike(model);
  const session = await openOnnx(encodeOnnx(exportOnnx(model, weights, "test", input)));
  const variables = [...variablesOf(model).values(), ...foldedIn(model).map(({ bias }) => bias)];
  using store = new ParameterStore(device, { variables, trainable: () => false });
  loadWeights(store, model, weights, "test");
  const computed: OnnxComparison["computed"][number][] = [];
  for (const batch of batches) {
    const shape = [batch, ...input, 4];
    const image = Float32Array.from({ length: sizeOf(shape) }, imageValue(batch));
    const graph = new Graph();
    const made = outputsOf(model, graph.input("image", shape, "f32"), "eval");
    using program = await compile(graph, device, { store, outputs: Object.fromEntries(made.entries()) });
    program.write("image", image);
    program.run();
    const found = await session.run({ image: channelsFirst({ shape, data: image }, 3) });
    for (const [i, { name }] of model.card.outputs(input).entries()) {
      const ours = channelsFirst({ shape: made[i]!.shape, data: await program.read(String(i)) });
      computed.push({ name, onnx: found[name]!, ours });
    }
  }
  return { inputs: session.inputs, outputs: session.outputs, computed };
}

/** As large as normalised pixels; the fourth channel, which pads memory, is zero. */
function imageValue(seed: number): (unused: unknown, at: number) => number {
  const random = randomSource(seed);
  return (_, at) => (at % 4 === 3 ? 0 : 4 * random() - 2);
}
