import type { ModelCard, PoseModel } from "@kindling/models";
import type { TeacherRecipe } from "./recipe.ts";

/** A teacher's card with the normalisation that the recipe has for it: without one its own, and what the recipe leaves open as its own. */
export function teacherCard({ normalization }: TeacherRecipe, { card }: PoseModel): ModelCard {
  return normalization ? { ...card, input: { ...card.input, ...normalization } } : card;
}
