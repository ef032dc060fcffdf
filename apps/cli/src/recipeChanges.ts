import type { Override, Size } from "./keyValue.ts";
import { pairOf } from "./networkKeys.ts";

/** What options of a command replace in a recipe, where they are given. */
export interface RecipeSizes {
  readonly input: Size | undefined;
  readonly batch: number | undefined;
  readonly joints: number | undefined;
  readonly width: number | undefined;
  readonly refinements?: number | undefined;
  readonly stages?: number | undefined;
  readonly branches?: number | undefined;
  readonly head?: string | undefined;
}

/** The changes of a recipe, by dotted path: those of a command's overrides, and its own options. */
export function recipeChanges(overrides: readonly Override[], { input, batch, ...student }: RecipeSizes): Record<string, string> {
  const { joints, width, refinements, stages, branches, head } = student;
  return {
    ...Object.fromEntries(overrides.map(({ key, value }) => [key, value])),
    ...(input === undefined ? {} : { "data.input": `[${pairOf(input)}]` }),
    ...(batch === undefined ? {} : { "data.batchSize": String(batch) }),
    ...Object.fromEntries(
      Object.entries({ joints, width, refinements, stages, branches, head }).flatMap(([key, value]) =>
        value === undefined ? [] : [[`student.${key}`, String(value)]],
      ),
    ),
  };
}
