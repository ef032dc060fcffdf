import { Document, isScalar, isSeq, visit } from "yaml";
import type { Recipe } from "../recipe.ts";
import { recipeSchema } from "./recipeSchema.ts";

/**
 * A complete recipe as YAML, defaults included, in the order of the schema whatever the order of the object's keys:
 * equal recipes give equal text, and `parseRecipe` gives the recipe back.
 */
export function recipeToYaml(recipe: Recipe): string {
  const document = new Document(recipeSchema.parse(recipe), { aliasDuplicateObjects: false });
  visit(document, {
    // Lists of numbers and whole loss terms read best on one line.
    Seq: (_, node) => void (node.flow = node.items.every(isScalar)),
    Map: (_, node, path) => void (node.flow = isSeq(path.at(-1))),
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
