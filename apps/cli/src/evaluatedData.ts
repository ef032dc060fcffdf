import path from "node:path";
import type { Dataset } from "@kindling/data";
import { type NetworkFile, type ReadingRecipe, readDataSet } from "@kindling/trainer";
import { InputError } from "./exit.ts";

/** Which data set is measured; without `data` that of the network's run. */
export interface EvaluatedData {
  readonly network: Pick<NetworkFile, "run">;
  /** Annotations; undefined for the run's own validation set. */
  readonly data: string | undefined;
  readonly images: string | undefined;
  /** How the annotations are read, and which of their persons are measured; of a run's own set what is given here wins. */
  readonly reading?: ReadingRecipe;
  /** The first so many persons only. */
  readonly limit: number | undefined;
}

/**
 * The data set that was named, or the one that the run validates on, cut as in its training. With a file of a detector's results its boxes are taken in
 * place of the annotated persons'; without, the annotated ones, which key points are known of.
 */
export function readEvaluatedData(
  { network: { run }, data, images, reading = {}, limit }: EvaluatedData,
  boxes?: string,
): Promise<Dataset> {
  const detected = boxes === undefined ? {} : { boxes: { file: boxes } };
  const cut = (most: number | undefined) => (most === undefined ? {} : { limit: most });
  if (data !== undefined) return readDataSet({ data, images: images ?? path.dirname(data), ...reading, ...detected }, cut(limit));
  if (!run) throw new InputError("data=ANN.json is missing: only a run folder knows its validation set");
  const { train, validation, overfit, limit: recipeLimit } = run.recipe.data;
  const { boxes: _, ...annotated } = { boxes: undefined, ...(overfit === undefined ? validation : train) };
  return readDataSet({ ...annotated, ...reading, ...detected }, cut(limit ?? overfit ?? recipeLimit));
}
