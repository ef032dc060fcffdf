import type { Device } from "@kindling/gpu";
import type { Skeleton } from "@kindling/pose";
import { SceneEvaluator } from "./bottomUp/sceneEvaluator.ts";
import { type EvaluateOptions, type Evaluation, Evaluator } from "./evaluator.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { targetCodecOf } from "./targetCodecOf.ts";

/** What validates the student of a recipe. */
export interface RecipeEvaluator extends Disposable {
  evaluate(options: EvaluateOptions): Promise<Evaluation>;
}

/** The evaluator of a recipe's student on persons of a skeleton: of crops of one person each, or of images with all their persons. */
export function createEvaluator(device: Device, recipe: Recipe, networks: Networks, skeleton: Skeleton): Promise<RecipeEvaluator> {
  const { evaluated: model, store, precision } = networks;
  const { data, losses } = recipe;
  const options = { model, store, input: data.input, batchSize: microBatchSize(recipe), losses, precision };
  const codec = targetCodecOf(data);
  const { decode, flip } = recipe.evaluate;
  if (codec.kind === "pafs") return SceneEvaluator.create(device, { ...options, codec, flip });
  const everyExit = model.card.codec.kind === "heatmaps" && model.card.outputs(data.input).length > 1;
  return Evaluator.create(device, {
    ...options,
    everyExit,
    codec,
    crop: data.crop,
    ...(decode ? { decoding: decode } : {}),
    ...(flip ? { flip: skeleton } : {}),
  });
}
