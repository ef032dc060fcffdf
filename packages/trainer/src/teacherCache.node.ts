import { type Dataset, openTeacherRecords, type RecordFile, type TeacherRecordOptions } from "@kindling/data";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import { sha256OfFile } from "./runDescription.node.ts";
import { type Teacher, teachersOf } from "./teachers.ts";

/** Raised when a network gives other heatmaps for the same weights, by more than rounding: those on disk are then made anew. */
const teacherVersion = 1;

/**
 * The heatmaps that `cacheTeacher` stored for a recipe's training set, by the teachers' paths; null when the recipe caches none.
 * @throws DatasetError when they are missing, damaged or out of date, RecipeError when a teacher's weights cannot be read.
 */
export async function openTeacherCaches(recipe: Recipe, training: Dataset): Promise<Readonly<Record<string, RecordFile>> | null> {
  const files: Record<string, RecordFile> = {};
  for (const teacher of teachersOf(recipe)) {
    const { cache } = teacher.recipe;
    if (cache !== undefined) files[teacher.path] = await openTeacherRecords(await teacherRecordsOf(recipe, teacher, training, cache));
  }
  return Object.keys(files).length > 0 ? files : null;
}

/** What decides a teacher's heatmaps of a recipe, and where they are. @throws RecipeError when the weights cannot be read. */
export async function teacherRecordsOf(
  { data }: Recipe,
  { key, recipe: { model, joints, width, weights, normalization } }: Pick<Teacher, "key" | "recipe">,
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
    command: `kindling teacher-cache RECIPE ${key === "teacher" ? "out" : `${key}.cache`}=${directory}`,
  };
}
