import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Recipe } from "../recipe.ts";
import { isHrnetConfig, translateHrnetConfig } from "./hrnetConfig.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { RecipeError } from "./recipeError.ts";

/** What was made of a configuration of HRNet's code. */
export interface RecipeTranslation {
  /** The recipe as YAML. */
  readonly yaml: string;
  /** One sentence for each option that is not supported, or does something else here. */
  readonly notes: readonly string[];
}

/**
 * Reads a recipe file; all its paths come out absolute, so that the copy in a run folder works from anywhere.
 * Relative paths in the file count from its folder, those in overrides from the working folder. A configuration of HRNet's code or of its fork that distils
 * online (`translateHrnetConfig`) is translated, of which `onTranslation` is told.
 * @throws RecipeError when the file cannot be read or is no recipe.
 */
export async function readRecipe(
  file: string,
  overrides: Readonly<Record<string, string>> = {},
  onTranslation: (translation: RecipeTranslation) => void = () => undefined,
): Promise<Recipe> {
  const absolute = path.resolve(file);
  let text: string;
  try {
    text = await readFile(absolute, "utf8");
  } catch (error) {
    throw new RecipeError(`cannot read the recipe: ${reason(error)}`, { file });
  }
  const translation = translationOf(text, file);
  if (!translation) return parseRecipe(text, absolute, overrides, process.cwd());
  onTranslation(translation);
  return parseRecipe(translation.yaml, path.resolve(`${path.basename(file)}, translated`), overrides, process.cwd());
}

/** Null for what is no configuration of HRNet's; a text that is no YAML is for `parseRecipe` to complain of. */
function translationOf(text: string, file: string): RecipeTranslation | null {
  if (!/^MODEL:/m.test(text)) return null;
  let content: unknown;
  try {
    content = parse(text, { logLevel: "silent" });
  } catch {
    return null;
  }
  if (!isHrnetConfig(content)) return null;
  try {
    const { recipe, notes } = translateHrnetConfig(content, path.basename(file).replace(/\.ya?ml$/, ""));
    return { yaml: stringify(recipe, { lineWidth: 0 }), notes };
  } catch (error) {
    throw error instanceof RecipeError ? new RecipeError(error.message, { file }) : error;
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code; // errors of node:fs carry one
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return (error as Error).message;
}
