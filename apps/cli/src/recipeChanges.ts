import type { Override, Size } from "./keyValue.ts";
import { pairOf } from "./networkKeys.ts";

/** What `input`, `batch`, `joints` and `width` of a command replace in a recipe, where they are given. */
export interface RecipeSizes {
  readonly input: Size | undefined;
  readonly batch: number | undefined;
  readonly joints: number | undefined;
  readonly width: number | undefined;
}

/** The changes of a recipe, by dotted path: those of a command's overrides, and its sizes. */
export function recipeChanges(overrides: readonly Override[], { input, batch, joints, width }: RecipeSizes): Record<string, string> {
  return {
    ...Object.fromEntries(overrides.map(({ key, value }) => [key, value])),
    ...(input === undefined ? {} : { "data.input": `[${pairOf(input)}]` }),
    ...(batch === undefined ? {} : { "data.batchSize": String(batch) }),
    ...(joints === undefined ? {} : { "student.joints": String(joints) }),
    ...(width === undefined ? {} : { "student.width": String(width) }),
  };
}
