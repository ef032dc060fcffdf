import { createHash } from "node:crypto";
import { recipeToYaml } from "./recipe/recipeToYaml.ts";
import type { Recipe } from "./recipe.ts";

/**
 * Hex SHA-256 of what a saved training state depends on: the recipe without its name, its length
 * and what changes only how fast it runs. A run may be extended, but not resumed with other losses.
 */
export function recipeDigest(recipe: Recipe): string {
  const same: Recipe = {
    ...recipe,
    name: "x",
    data: { ...recipe.data, workers: 0, cache: false },
    schedule: { ...recipe.schedule, epochs: Number.MAX_SAFE_INTEGER },
  };
  return createHash("sha256").update(recipeToYaml(same)).digest("hex");
}
