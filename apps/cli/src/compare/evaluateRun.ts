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
  targetCodecOf,
} from "@kindling/trainer";
import { sizeOfPair } from "../networkKeys.ts";

/** The best weights of a run on a dataset: what it predicts beside the labels, read as its recipe's validations read it. */
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
  const reading = { codec, ...(decode ? { decoding: decode } : {}), ...(flip ? { flip: dataset.skeleton } : {}) };
  using loaded = loadNetwork(device, network);
  using evaluator = await Evaluator.create(device, { ...loaded, input, crop, batchSize, losses: [], ...reading });
  await using loader = createLoader({ dataset, input: sizeOfPair(input), crop, codec, batchSize });
  const { predictions } = await evaluator.evaluate({
    dataset,
    loader,
    threshold: recipe.pckThreshold,
    lossWeights: [],
    onBatch: () => signal.throwIfAborted(),
  });
  return imagePckSamples(dataset, predictions);
}
