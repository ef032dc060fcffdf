import { stat } from "node:fs/promises";
import { countParameters, encodeOnnx, exportOnnx, foldBatchNorm, onnxOpset } from "@kindling/models";
import { inputOf, type NetworkFileOptions, readNetworkFile, writeFileAtomically, writeModelFolder } from "@kindling/trainer";
import type { Report } from "../command.ts";

/** Writes a network as ONNX, its batch norms folded into its convolutions. @throws NetworkError, WeightsMismatchError or ModelError when it cannot be. */
export async function networkToOnnx(from: string, to: string, options: NetworkFileOptions): Promise<Report> {
  const network = await readNetworkFile(from, options);
  const { model, weights } = network;
  const input = inputOf(network);
  foldBatchNorm(model);
  const onnx = exportOnnx(model, weights.tensors, weights.source, input);
  await writeFileAtomically(to, encodeOnnx(onnx));
  const { size: bytes } = await stat(to);
  const parameters = countParameters(model);
  const values = [...onnx.inputs, ...onnx.outputs].map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
  return {
    json: { model: model.card.name, nodes: onnx.nodes.length, parameters, bytes, inputs: onnx.inputs, outputs: onnx.outputs },
    text: `${to}: ${model.card.name}, opset ${onnxOpset}, ${onnx.nodes.length} nodes, ${parameters} parameters, ${bytes} bytes\n${values.join("\n")}`,
  };
}

/** Writes a network as a model folder. @throws NetworkError or WeightsMismatchError when it cannot be. */
export async function networkToFolder(from: string, to: string, options: NetworkFileOptions, dtype: string): Promise<Report> {
  const network = await readNetworkFile(from, options);
  const files = await writeModelFolder(to, network, { type: dtype === "f16" ? "F16" : "F32" });
  const { card } = network.model;
  const parameters = countParameters(network.model);
  return {
    json: { model: card.name, parameters, files },
    text: `${to}: ${card.name}, ${parameters} parameters, ${files.join(", ")}`,
  };
}
