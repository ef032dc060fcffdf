import { parseDocument } from "yaml";
import { RecipeError } from "./recipeError.ts";

/** An override of the command line: the path it reaches and the value it sets. */
export interface Override {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** As it was typed, for messages. */
  readonly text: string;
}

/** Short names of often changed values; all others are reached by their dotted path. */
export const overrideAliases: Readonly<Record<string, string>> = {
  epochs: "schedule.epochs",
  batchSize: "data.batchSize",
  limit: "data.limit",
  overfit: "data.overfit",
};

/**
 * Reads `{ "optimizer.learningRate": "5e-4", "losses.0.weight": "2", epochs: "+50" }`: values are YAML,
 * and `+N` for the epochs adds to what the recipe says.
 * @throws RecipeError when a value is no YAML.
 */
export function parseOverrides(overrides: Readonly<Record<string, string>>): readonly Override[] {
  return Object.entries(overrides).map(([key, value]) => {
    const text = `${key}=${value}`;
    const document = parseDocument(value, { logLevel: "silent" });
    if (document.errors[0]) throw new RecipeError(`${text}: the value is no YAML`, { file: "command line" });
    const path = (overrideAliases[key] ?? key).split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    return { path, value: path.join(".") === "schedule.epochs" && /^\+\d+$/.test(value) ? value : document.toJS(), text };
  });
}

/**
 * Sets the values in the document, making mappings on the way where there are none.
 * @throws RecipeError when a path goes through a value that is no mapping or list, or past the end of a list.
 */
export function applyOverrides(document: Record<string, unknown>, overrides: readonly Override[]): void {
  for (const override of overrides) {
    let at: unknown = document;
    for (const [depth, key] of override.path.entries()) {
      if (!holds(at, key)) {
        const above = override.path.slice(0, depth).join(".");
        const why = Array.isArray(at) ? `is a list of ${at.length}` : "holds no keys";
        throw new RecipeError(`${override.text}: ${above} ${why}; got ${String(key)}`, { file: "command line" });
      }
      if (depth === override.path.length - 1) at[key] = relative(at[key], override.value);
      else at = at[key] ??= {};
    }
  }
}

type Branch = Record<string | number, unknown>;

function holds(value: unknown, key: string | number): value is Branch {
  if (Array.isArray(value)) return typeof key === "number" && key < value.length;
  return typeof value === "object" && value !== null;
}

function relative(before: unknown, value: unknown): unknown {
  return typeof value === "string" && /^\+\d+$/.test(value) && typeof before === "number" ? before + Number(value) : value;
}
