import { z } from "zod";
import { recipeSchema } from "./recipeSchema.ts";

/** The recipe as JSON Schema (draft 2020-12), for editors: `# yaml-language-server: $schema=…`. Keys with a default are optional in it. */
export function recipeJsonSchema(): Record<string, unknown> {
  return { title: "Kindling recipe", ...z.toJSONSchema(recipeSchema, { io: "input" }) };
}
