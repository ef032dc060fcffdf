import type { ModelCard, PoseModel } from "@kindling/models";
import type { Recipe } from "./recipe.ts";

/** The teacher's card with the normalisation that the recipe has for it: without one its own, and what the recipe leaves open as its own. */
export function teacherCard({ teacher }: Pick<Recipe, "teacher">, { card }: PoseModel): ModelCard {
  return teacher?.normalization ? { ...card, input: { ...card.input, ...teacher.normalization } } : card;
}
