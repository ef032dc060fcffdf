import type { Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { createNetwork } from "../createNetwork.ts";
import { microBatchSize } from "../microBatches.ts";
import { readNamedWeights } from "../readRecipeData.node.ts";
import type { Recipe, TeacherRecipe } from "../recipe.ts";
import { type MeasuredTeacher, measureTeacher } from "./measureTeacher.ts";
import { feedOf } from "./teacherFeed.ts";

/**
 * A teacher of a recipe on every sample of a dataset, fed as its training feeds it; null for one with other joints or that finds all persons.
 * @throws RecipeError when its weights cannot be read.
 */
export async function measureRecipeTeacher(
  device: Device,
  recipe: Recipe,
  teacher: TeacherRecipe,
  dataset: Dataset,
): Promise<MeasuredTeacher | null> {
  const { data, pckThreshold } = recipe;
  if (data.codec.kind === "pafs" || teacher.joints !== dataset.skeleton.joints.length) return null;
  return measureTeacher(device, {
    network: teacher,
    weights: await readNamedWeights(teacher.weights),
    feed: feedOf(recipe, teacher, createNetwork(teacher, data.input, "teacher")),
    dataset,
    batchSize: Math.min(microBatchSize(recipe), dataset.samples.length),
    ...(data.workers === undefined ? {} : { workers: data.workers }),
    pckThreshold,
    withAP: false,
  });
}
