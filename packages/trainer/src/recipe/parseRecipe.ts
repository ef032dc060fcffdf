import { type Document, isNode, isPair, LineCounter, parseDocument, visit } from "yaml";
import type { Recipe } from "../recipe.ts";
import { checkRecipe } from "./checkRecipe.ts";
import { type DescribedIssue, describeIssues } from "./describeIssue.ts";
import { applyOverrides, type Override, parseOverrides } from "./overrides.ts";
import { RecipeError, type RecipePlace } from "./recipeError.ts";
import { folderOf, resolvePath } from "./recipePath.ts";
import { recipeSchema } from "./recipeSchema.ts";

/**
 * A recipe from its YAML text, with overrides by dotted path (`{ "losses.0.weight": "2" }`; see `overrideAliases`), complete and checked.
 * Relative paths count from the folder of `fileName`, those given as overrides from `workingFolder`.
 * @throws RecipeError one sentence with file and line, or naming the command line, for the first mistake.
 */
export function parseRecipe(text: string, fileName: string, overrides: Readonly<Record<string, string>> = {}, workingFolder = ""): Recipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  const content = contentOf(document, lines, fileName);

  const changes = parseOverrides(overrides);
  applyOverrides(content, changes);
  resolvePaths(content, folderOf(fileName), workingFolder, changes);

  const fail = ({ path, sentence }: DescribedIssue): never => {
    throw new RecipeError(sentence, placeOf(path, document, lines, fileName, changes));
  };
  const parsed = recipeSchema.safeParse(content, { reportInput: true });
  if (!parsed.success) return fail(describeIssues(parsed.error.issues));
  const disagreement = checkRecipe(parsed.data);
  return disagreement ? fail(disagreement) : parsed.data;
}

function contentOf(document: Document.Parsed, lines: LineCounter, file: string): Record<string, unknown> {
  const broken = document.errors[0] ?? document.warnings[0];
  const invalid = (error: Error): string => `the recipe is no valid YAML: ${error.message.split("\n")[0]!.replace(/ at line.*$/, "")}`;
  if (broken) throw new RecipeError(invalid(broken), { file, line: lines.linePos(broken.pos[0]).line });
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    throw new RecipeError(invalid(error as Error), { file }); // an alias without its anchor
  }
  if (!isMapping(content)) throw new RecipeError("a recipe is a mapping of keys to values", { file, line: 1 });
  return content;
}

/** Stands for the best weights of the run before, where a recipe is the second stage of an arm that `kindling compare` trains. */
export const previousRun = "previous";

const pathKeys = [
  "student.backbone",
  "student.weights",
  "teacher.weights",
  "teacher.cache",
  "teachers.*.weights",
  "teachers.*.cache",
  "data.train.data",
  "data.train.images",
  "data.train.crops",
  "data.train.only",
  "data.train.skeleton",
  "data.validation.data",
  "data.validation.images",
  "data.validation.crops",
  "data.validation.only",
  "data.validation.skeleton",
  "data.validation.boxes.file",
];

function resolvePaths(content: Record<string, unknown>, recipeFolder: string, workingFolder: string, changes: readonly Override[]): void {
  for (const parts of pathKeys.flatMap((key) => namedParts(key, content))) {
    let owner: unknown = content;
    for (const part of parts.slice(0, -1)) owner = isMapping(owner) ? owner[part] : undefined;
    const last = parts.at(-1)!;
    const value = isMapping(owner) ? owner[last] : undefined;
    if (!isMapping(owner) || typeof value !== "string" || value === "" || value === previousRun) continue;
    if (last === "skeleton" && !/\.(json|ya?ml)$/i.test(value)) continue; // a name
    owner[last] = resolvePath(changes.some(({ path }) => isPrefix(path, parts)) ? workingFolder : recipeFolder, value);
  }
}

/** A key's parts, one for each name that the recipe has in place of `*`. */
function namedParts(key: string, content: Record<string, unknown>): readonly (readonly string[])[] {
  const [above = "", below] = key.split(".*.");
  if (below === undefined) return [key.split(".")];
  const names = content[above];
  return isMapping(names) ? Object.keys(names).map((name) => [above, name, below]) : [];
}

function placeOf(
  path: readonly PropertyKey[],
  document: Document.Parsed,
  lines: LineCounter,
  file: string,
  changes: readonly Override[],
): RecipePlace {
  const owner = path.slice(0, -1);
  const isMade = owner.length > 0 && !document.hasIn(owner); // a mapping that the file does not have, and that a change began
  const change = changes.find((candidate) => isPrefix(candidate.path, path) || (isMade && isPrefix(owner, candidate.path)));
  if (change) return { file: `command line (${change.text})` };
  // The innermost part of the path that stands in the file.
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOf(document, path.slice(0, depth));
    if (offset !== undefined) return { file, line: lines.linePos(offset).line };
  }
  return { file };
}

/** Where the key, or the item of a list, begins. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const node = document.getIn(path, true);
  let offset = isNode(node) ? node.range?.[0] : undefined;
  visit(document, (_, candidate) => {
    if (!isPair(candidate) || candidate.value !== node || !isNode(candidate.key)) return undefined;
    offset = candidate.key.range?.[0];
    return visit.BREAK;
  });
  return offset;
}

function isPrefix(short: readonly PropertyKey[], long: readonly PropertyKey[]): boolean {
  return short.length <= long.length && short.every((key, i) => String(key) === String(long[i]));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
