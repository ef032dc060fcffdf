import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Recipe } from "../recipe.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { RecipeError } from "./recipeError.ts";

/**
 * Reads a recipe file; all its paths come out absolute, so that the copy in a run folder works from anywhere.
 * Relative paths in the file count from its folder, those in overrides from the working folder.
 * @throws RecipeError when the file cannot be read or is no recipe.
 */
export async function readRecipe(file: string, overrides: Readonly<Record<string, string>> = {}): Promise<Recipe> {
  const absolute = path.resolve(file);
  let text: string;
  try {
    text = await readFile(absolute, "utf8");
  } catch (error) {
    throw new RecipeError(`cannot read the recipe: ${reason(error)}`, { file });
  }
  return parseRecipe(text, absolute, overrides, process.cwd());
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code; // errors of node:fs carry one
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return (error as Error).message;
}
