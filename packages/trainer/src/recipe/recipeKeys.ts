import type { z } from "zod";
import { recipeJsonSchema } from "./recipeJsonSchema.ts";

/** One value of a recipe, for help texts and for finding the nearest key. */
export interface RecipeKey {
  /** Dotted, as overrides spell it; `N` stands for the index in a list: `losses.N.weight`, `NAME` for a name of the recipe's own: `teachers.NAME.weights`. */
  readonly path: string;
  /** The choices, or the type: `f32 | f16`, `integer`, `[number, number]`. */
  readonly type: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** Every value that a recipe can hold, in the order of the document. */
export function recipeKeys(): readonly RecipeKey[] {
  const keys = new Map<string, RecipeKey>();
  collect(recipeJsonSchema() as JsonSchema, "", keys); // what zod wrote is a JSON Schema
  return [...keys.values()];
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function collect(schema: JsonSchema, path: string, keys: Map<string, RecipeKey>): void {
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) collect(branch as JsonSchema, path, keys);
  if (schema.anyOf || schema.oneOf) return;
  if (schema.properties || schema.propertyNames) {
    if (schema.propertyNames) collect(schema.additionalProperties as JsonSchema, `${path}.NAME`, keys); // of a mapping by names
    for (const [key, value] of Object.entries(schema.properties ?? {})) collect(value as JsonSchema, path ? `${path}.${key}` : key, keys);
  } else if (schema.type === "array" && schema.items && !schema.prefixItems) {
    collect(schema.items as JsonSchema, `${path}.N`, keys);
  } else {
    const known = keys.get(path);
    keys.set(path, {
      path,
      type: known && known.type !== typeText(schema) ? `${known.type} | ${typeText(schema)}` : typeText(schema),
      ...(schema.default === undefined ? {} : { default: schema.default }),
      ...(schema.description === undefined ? {} : { description: schema.description }),
    });
  }
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.prefixItems) return `[${(schema.prefixItems as JsonSchema[]).map(typeText).join(", ")}]`;
  return typeof schema.type === "string" ? schema.type : "any";
}
