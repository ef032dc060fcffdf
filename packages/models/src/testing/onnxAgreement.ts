import { compile, Graph, ParameterStore } from "@kindling/autograd";
import { type Device, sizeOf } from "@kindling/gpu";
import { relativeError } from "@kindling/proof";
import { foldedIn } from "../foldBatchNorm.ts";
import { loadWeights } from "../loadWeights.ts";
import type { HeightWidth } from "../modelCard.ts";
import { variablesOf } from "../module.ts";
import { encodeOnnx } from "../onnx/encodeOnnx.ts";
import { exportOnnx } from "../onnx/exportOnnx.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import { channelsFirst } from "./channelsFirst.ts";
import { openOnnx } from "./onnxRuntime.node.ts";
import { randomSource } from "./randomSource.ts";
import { trainedLike } from "./trainedLike.ts";

/** What ONNX Runtime made of a network's file. */
export interface OnnxAgreement {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** By the names of the outputs, the worst over the batches: relative L2 error against ours. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Exports a named network with numbers as after training, and compares what ONNX Runtime and we compute of the same images, in batches of these sizes. */
export async function onnxAgreement(
  device: Device,
  model: PoseModel,
  input: HeightWidth,
  batches: readonly number[],
): Promise<OnnxAgreement> {
  const weights = trainedLike(model);
  const session = await openOnnx(encodeOnnx(exportOnnx(model, weights, "test", input)));
  const variables = [...variablesOf(model).values(), ...foldedIn(model).map(({ bias }) => bias)];
  using store = new ParameterStore(device, { variables, trainable: () => false });
  loadWeights(store, model, weights, "test");
  const errors: Record<string, number> = {};
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
      const expected = channelsFirst({ shape: made[i]!.shape, data: await program.read(String(i)) });
      const sameSizes = String(found[name]?.shape) === String(expected.shape);
      const error = sameSizes ? relativeError(found[name]!.data, expected.data) : Number.POSITIVE_INFINITY;
      errors[name] = Math.max(errors[name] ?? 0, error);
    }
  }
  return { inputs: session.inputs, outputs: session.outputs, errors };
}

/** As large as normalised pixels; the fourth channel, which pads memory, is zero. */
function imageValue(seed: number): (unused: unknown, at: number) => number {
  const random = randomSource(seed);
  return (_, at) => (at % 4 === 3 ? 0 : 4 * random() - 2);
}
