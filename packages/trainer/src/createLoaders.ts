import { createLoader, type DataLoader, type Dataset, type LoaderOptions } from "@kindling/data";
import { augmentationStages } from "./augmentationStages.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Recipe } from "./recipe.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { teachersOf } from "./teachers.ts";
import type { TrainerParts } from "./trainer.ts";

/** The loaders of a run. */
export interface Loaders {
  readonly training: DataLoader;
  readonly validation: DataLoader;
}

/** The loaders of a recipe: training in the order of its seed, augmented, from where a snapshot stood; validation in the data set's. */
export function createLoaders({ recipe, training, validation, stored, resume }: TrainerParts): Loaders {
  for (const { path, key, recipe: teacher } of teachersOf(recipe)) {
    if (teacher.cache === undefined || stored?.training.teachers?.[path]) continue;
    throw new Error(`${key}.cache: the heatmaps are not given: readRecipeData opens them`);
  }
  const order = { seed: recipe.seed, shuffle: true, dropLast: true, ...(resume ? { state: resume.state.loader } : {}) };
  return {
    training: createLoader({
      ...loaderOptions(recipe, training),
      ...(recipe.data.scenes ? { views: recipe.data.scenes } : {}), // validation sees whole images
      batchSize: recipe.data.batchSize,
      augment: augmentationStages(recipe),
      ...order,
      unreadable: "replace",
      ...(stored ? { stored: stored.training } : {}),
    }),
    validation: createLoader({
      ...loaderOptions(recipe, validation),
      batchSize: microBatchSize(recipe),
      ...(stored ? { stored: stored.validation } : {}),
    }),
  };
}

function loaderOptions(recipe: Recipe, dataset: Dataset): Omit<LoaderOptions, "batchSize"> {
  const {
    input: [height, width],
    workers,
    cache,
    crop,
  } = recipe.data;
  return {
    dataset,
    input: { height, width },
    codec: targetCodecOf(recipe.data),
    crop,
    cache,
    ...(workers === undefined ? {} : { workers }),
  };
}
