import { stat } from "node:fs/promises";
import {
  assertWeightsFit,
  countParameters,
  encodeOnnx,
  exportOnnx,
  foldBatchNorm,
  onnxOpset,
  variablesOf,
  writeSafetensors,
} from "@kindling/models";
import {
  inputOf,
  keepBranch,
  type NetworkFile,
  type NetworkFileOptions,
  networkMetadata,
  readNetworkFile,
  writeFileAtomically,
  writeModelFolder,
} from "@kindling/trainer";
import type { Report } from "../command.ts";

/** Which network a file holds, and what of it is written. */
export interface ConvertedNetworkOptions extends NetworkFileOptions {
  /** The branch of an ensemble that is kept, counted from 1; default: the whole network. */
  readonly branch?: number;
}

/** Writes a network as ONNX, its batch norms folded into its convolutions. @throws NetworkError, WeightsMismatchError or ModelError when it cannot be. */
export async function networkToOnnx(from: string, to: string, options: ConvertedNetworkOptions): Promise<Report> {
  const network = await readConverted(from, options);
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

/** Writes a network's weights, with its name and sizes. @throws NetworkError, WeightsMismatchError or ModelError when it cannot be. */
export async function networkToSafetensors(from: string, to: string, options: ConvertedNetworkOptions, dtype: string): Promise<Report> {
  const file = await readConverted(from, options);
  const { model, network, weights, crop } = file;
  assertWeightsFit(variablesOf(model), weights.tensors, weights.source);
  const written = writeSafetensors(
    weights.tensors,
    networkMetadata({ ...network, input: inputOf(file), crop }),
    dtype === "f16" ? "F16" : "F32",
  );
  await writeFileAtomically(to, written);
  const parameters = countParameters(model);
  return {
    json: { model: model.card.name, tensors: weights.tensors.size, parameters, bytes: written.byteLength },
    text: `${to}: ${model.card.name}, ${weights.tensors.size} tensors, ${parameters} parameters, ${written.byteLength} bytes`,
  };
}

/** Writes a network as a model folder. @throws NetworkError, WeightsMismatchError or ModelError when it cannot be. */
export async function networkToFolder(from: string, to: string, options: ConvertedNetworkOptions, dtype: string): Promise<Report> {
  const network = await readConverted(from, options);
  const files = await writeModelFolder(to, network, { type: dtype === "f16" ? "F16" : "F32" });
  const { card } = network.model;
  const parameters = countParameters(network.model);
  return {
    json: { model: card.name, parameters, files },
    text: `${to}: ${card.name}, ${parameters} parameters, ${files.join(", ")}`,
  };
}

async function readConverted(from: string, { branch, ...options }: ConvertedNetworkOptions): Promise<NetworkFile> {
  const network = await readNetworkFile(from, options);
  return branch === undefined ? network : keepBranch(network, branch);
}
