import { type Dataset, openTeacherRecords, type RecordFile, type TeacherRecordOptions } from "@kindling/data";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe, TeacherRecipe } from "./recipe.ts";
import { sha256OfFile } from "./runDescription.node.ts";

/** Raised when a network gives other heatmaps for the same weights, by more than rounding: those on disk are then made anew. */
const teacherVersion = 1;

/**
 * The heatmaps that `cacheTeacher` stored for a recipe's training set; null when the recipe caches none.
 * @throws DatasetError when they are missing, damaged or out of date, RecipeError when the teacher's weights cannot be read.
 */
export async function openTeacherCache(recipe: Recipe, training: Dataset): Promise<RecordFile | null> {
  const { teacher } = recipe;
  if (teacher?.cache === undefined) return null;
  return openTeacherRecords(await teacherRecordsOf(recipe, teacher, training, teacher.cache));
}

/** What decides the teacher's heatmaps of a recipe, and where they are. @throws RecipeError when the weights cannot be read. */
export async function teacherRecordsOf(
  { data }: Recipe,
  { model, joints, width, weights, normalization }: TeacherRecipe,
  dataset: Dataset,
  directory: string,
): Promise<TeacherRecordOptions> {
  const hash = await sha256OfFile(weights).catch((error: NodeJS.ErrnoException) => {
    throw new RecipeError(`the weights ${weights} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`);
  });
  const fed = normalization ? `, normalization ${JSON.stringify(normalization)}` : "";
  return {
    dataset,
    annotations: data.train.data,
    images: data.train.images,
    input: { height: data.input[0], width: data.input[1] },
    directory,
    teacher: { model, settings: `joints ${joints}, width ${width}${fed}, version ${teacherVersion}`, weights: hash },
    heatmap: [...data.heatmap, joints],
    command: `kindling teacher-cache RECIPE out=${directory}`,
  };
}
