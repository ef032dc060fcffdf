import { readFile } from "node:fs/promises";
import { type Dataset, readCoco } from "@kindling/data";
import { readWeights } from "@kindling/models";
import type { NamedWeights, RecipeWeights } from "./networks.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { DataSetRecipe, Recipe } from "./recipe.ts";

/** The data sets of a recipe; each says how many entries were left out of it and why. */
export interface RecipeData {
  readonly training: Dataset;
  readonly validation: Dataset;
}

/**
 * Reads the recipe's data sets, cut to its `limit` or `overfit`.
 * @throws DatasetError when a file cannot be used, RecipeError when the student has other joints.
 */
export async function readRecipeData({ data, student }: Recipe): Promise<RecipeData> {
  const limit = data.overfit ?? data.limit;
  const read = (set: DataSetRecipe): Promise<Dataset> =>
    readCoco({ annotations: set.data, images: set.images, ...(limit === undefined ? {} : { limit }) });
  const training = await read(data.train);
  const joints = training.skeleton.joints.length;
  if (joints !== student.joints) {
    throw new RecipeError(`student.joints: ${training.name} has ${joints} joints a person; got ${student.joints}`);
  }
  return { training, validation: data.overfit === undefined ? await read(data.validation) : training };
}

/** Reads the weights files of a recipe. @throws WeightsFileError when one is no weights file, RecipeError when one is missing. */
export async function readRecipeWeights({ student, teacher }: Recipe): Promise<RecipeWeights> {
  const [backbone, whole, ofTeacher] = await Promise.all([
    readNamedWeights(student.backbone),
    readNamedWeights(student.weights),
    readNamedWeights(teacher?.weights),
  ]);
  return {
    ...(backbone ? { backbone } : {}),
    ...(whole ? { student: whole } : {}),
    ...(ofTeacher ? { teacher: ofTeacher } : {}),
  };
}

async function readNamedWeights(file: string | undefined): Promise<NamedWeights | null> {
  if (file === undefined) return null;
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new RecipeError(`the weights ${file} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`);
  });
  return { source: file, tensors: readWeights(bytes, file) };
}
