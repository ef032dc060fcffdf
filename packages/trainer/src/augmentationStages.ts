import { type Augmentation, type AugmentationStage, augmentationPresets } from "@kindling/pose";
import type { AugmentRecipe, Recipe } from "./recipe.ts";

/** The augmentation of a recipe's epochs, for `LoaderOptions.augment`; empty where there is none. */
export function augmentationStages({
  data: { augment, augmentLast },
  schedule,
}: Pick<Recipe, "data" | "schedule">): readonly AugmentationStage[] {
  const stages = [{ from: 0, augmentation: augmentationNamed(augment) }];
  if (augmentLast)
    stages.push({ from: Math.max(0, schedule.epochs - augmentLast.epochs), augmentation: augmentationNamed(augmentLast.augment) });
  return stages.some(({ augmentation }) => augmentation !== null) ? stages : [];
}

function augmentationNamed(augment: AugmentRecipe): Augmentation | null {
  if (augment === "none") return null;
  return typeof augment === "string" ? augmentationPresets[augment] : augment;
}
