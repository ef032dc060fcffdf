import path from "node:path";
import { type Dataset, readDetectedBoxes, withDetectedBoxes } from "@kindling/data";
import { type NetworkFile, readDataSet } from "@kindling/trainer";
import { InputError } from "./exit.ts";

/** Which data set is measured; without `data` that of the network's run. */
export interface EvaluatedData {
  readonly network: Pick<NetworkFile, "run">;
  /** Annotations; undefined for the run's own validation set. */
  readonly data: string | undefined;
  readonly images: string | undefined;
  /** The first so many persons only. */
  readonly limit: number | undefined;
}

/** The data set that was named, or the one that the run validates on, cut as in its training. */
export function readEvaluatedData({ network: { run }, data, images, limit }: EvaluatedData): Promise<Dataset> {
  const cut = (most: number | undefined) => (most === undefined ? {} : { limit: most });
  if (data !== undefined) return readDataSet({ data, images: images ?? path.dirname(data) }, cut(limit));
  if (!run) throw new InputError("data=ANN.json is missing: only a run folder knows its validation set");
  const { train, validation, overfit, limit: recipeLimit } = run.recipe.data;
  const set = overfit === undefined ? validation : train;
  const { boxes: _, ...annotated } = { boxes: undefined, ...set }; // the boxes are the annotated ones, which key points are known of
  return readDataSet(annotated, cut(limit ?? overfit ?? recipeLimit));
}

/** The same with a detector's boxes in place of the annotated persons: of its results in file `boxes`, the first `limit`, and the persons of their images. */
export async function readDetectedData(options: EvaluatedData, boxes: string): Promise<Dataset> {
  const dataset = await readEvaluatedData({ ...options, limit: undefined });
  const detected = withDetectedBoxes(dataset, await readDetectedBoxes(boxes), boxes);
  if (options.limit === undefined) return detected;
  const samples = detected.samples.slice(0, options.limit);
  const images = new Set(samples.map(({ imageId }) => imageId));
  return { ...detected, samples, persons: detected.persons.filter(({ imageId }) => images.has(imageId)) };
}
