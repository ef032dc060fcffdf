import type { Recipe } from "@kindling/trainer";
import type { ComparedArm } from "./comparedArm.ts";

/** What two arms must have in common for their difference to be that of their methods. */
const budget: Readonly<Record<string, (arm: ComparedArm) => unknown>> = {
  "epochs in all": ({ stages }) => stages.reduce((sum, { schedule }) => sum + schedule.epochs, 0),
  "batch sizes": eachOf(({ data }) => data.batchSize),
  "training sets": eachOf(({ data: { train, limit, overfit } }) => ({ ...train, crops: undefined, limit, overfit })),
  inputs: eachOf(({ data }) => data.input),
  crops: eachOf(({ data }) => data.crop),
  augmentations: eachOf(({ data: { augment, augmentLast } }) => ({ augment, augmentLast })),
};

/** What must be equal whatever the budget: otherwise the figures are of different things. */
const measure: Readonly<Record<string, (arm: ComparedArm) => unknown>> = {
  "validation sets": eachOf(({ data: { validation, limit, overfit } }) => ({ ...validation, crops: undefined, limit, overfit })),
  "pckThresholds of": eachOf(({ pckThreshold }) => pckThreshold),
};

/** Why arms cannot be compared fairly, in a sentence; null where they can. `any`: budgets may differ, what is measured may not. */
export function budgetProblem(arms: readonly ComparedArm[], any: boolean): string | null {
  const [first, ...others] = arms;
  for (const arm of others) {
    for (const [what, of] of Object.entries({ ...measure, ...(any ? {} : budget) })) {
      const [one, other] = [JSON.stringify(of(first!)), JSON.stringify(of(arm))]; // there are others, so there is a first
      if (one === other) continue;
      const advice = what in budget ? "; make them equal (a key=value holds for every arm), or say budget=any" : "";
      return `${first!.name} and ${arm.name} differ in their ${what}: ${one} and ${other}${advice}`;
    }
  }
  return null;
}

/** The value of every stage, once where all have the same. */
function eachOf(of: (recipe: Recipe) => unknown): (arm: ComparedArm) => unknown {
  return ({ stages }) => [...new Set(stages.map((recipe) => JSON.stringify(of(recipe))))].map((text) => JSON.parse(text) as unknown);
}
