import { createHash } from "node:crypto";
import { recipeToYaml } from "./recipe/recipeToYaml.ts";
import type { DataSetRecipe, Recipe, TeacherRecipe } from "./recipe.ts";

/**
 * Hex SHA-256 of what a saved training state depends on: the recipe without its name, its length, when it stops early, which weights it keeps,
 * how its teacher is judged and what changes only how fast it runs and in how much memory. A run may be extended, but not resumed with other
 * losses. Whether a teacher is cached counts, because the cache is rounded; where it lies does not.
 */
export function recipeDigest(recipe: Recipe): string {
  const { earlyStopping: _stopping, saveEvery: _saving, ...rest } = recipe;
  const same: Recipe = {
    ...rest,
    name: "x",
    ...(recipe.teacher ? { teacher: teacherOf("x", recipe.teacher) } : {}),
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

function teacherOf(folder: string, teacher: TeacherRecipe): TeacherRecipe {
  const { cache, expect: _, ...rest } = teacher;
  const ungated = { ...rest, gate: "off", gatePersons: 1 } as const;
  return cache === undefined ? ungated : { ...ungated, cache: folder };
}
