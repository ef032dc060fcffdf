import { createLoader, type Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import type { ImagePckSample } from "@kindling/pose";
import {
  Evaluator,
  imagePckSamples,
  inputOf,
  loadNetwork,
  microBatchSize,
  type Recipe,
  readNetworkFile,
  SceneEvaluator,
  scenePckSamples,
  targetCodecOf,
} from "@kindling/trainer";
import { sizeOfPair } from "../networkKeys.ts";

/** The best weights of a run on a dataset: what it predicts, or finds, beside the labels, read as its recipe's validations read it. */
export async function evaluateRun(
  device: Device,
  folder: string,
  recipe: Recipe,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<readonly ImagePckSample[]> {
  const network = await readNetworkFile(folder);
  const input = inputOf(network);
  const { crop } = network;
  const batchSize = Math.min(microBatchSize(recipe), dataset.samples.length);
  const { decode, flip } = recipe.evaluate;
  const codec = targetCodecOf(recipe.data);
  const options = { dataset, threshold: recipe.pckThreshold, lossWeights: [], onBatch: () => signal.throwIfAborted() };
  using loaded = loadNetwork(device, network);
  if (codec.kind === "pafs") {
    using evaluator = await SceneEvaluator.create(device, { ...loaded, input, batchSize, losses: [], codec, flip });
    await using loader = createLoader({ dataset, input: sizeOfPair(input), codec, batchSize });
    const { detections } = await evaluator.evaluate({ ...options, loader });
    return scenePckSamples(dataset, detections!); // of a network that finds all persons
  }
  const reading = { codec, ...(decode ? { decoding: decode } : {}), ...(flip ? { flip: dataset.skeleton } : {}) };
  using evaluator = await Evaluator.create(device, { ...loaded, input, crop, batchSize, losses: [], ...reading });
  await using loader = createLoader({ dataset, input: sizeOfPair(input), crop, codec, batchSize });
  const { predictions } = await evaluator.evaluate({ ...options, loader });
  return imagePckSamples(dataset, predictions);
}
