import { createHash } from "node:crypto";
import { recipeToYaml } from "./recipe/recipeToYaml.ts";
import type { DataSetRecipe, Recipe, TeacherRecipe } from "./recipe.ts";
import { withTeachers } from "./teachers.ts";

/**
 * Hex SHA-256 of what a saved training state depends on: the recipe without its name, its length, when it stops early, which weights it keeps,
 * how its teachers are judged and what changes only how fast it runs and in how much memory. A run may be extended, but not resumed with other
 * losses. Whether a teacher is cached counts, because the cache is rounded; where it lies does not.
 */
export function recipeDigest(recipe: Recipe): string {
  const { earlyStopping: _stopping, saveEvery: _saving, ...rest } = recipe;
  const same: Recipe = {
    ...withTeachers(rest, (teacher) => teacherOf("x", teacher)),
    name: "x",
    data: {
      ...recipe.data,
      train: withoutCrops(recipe.data.train),
      validation: withoutCrops(recipe.data.validation),
      workers: 0,
      cache: false,
    },
    activationCheckpointing: false,
    gradientShares: "never",
    schedule: { ...recipe.schedule, epochs: Number.MAX_SAFE_INTEGER },
  };
  return createHash("sha256").update(recipeToYaml(same)).digest("hex");
}

function withoutCrops({ crops: _, ...rest }: DataSetRecipe): DataSetRecipe {
  return rest;
}

function teacherOf(folder: string, { expect: _, ...teacher }: TeacherRecipe): TeacherRecipe {
  return { ...teacher, gate: "off", gatePersons: 1, ...(teacher.cache === undefined ? {} : { cache: folder }) };
}
