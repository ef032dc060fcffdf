import type { Recipe } from "./recipe.ts";
import type { StoppedEvent } from "./trainEvent.ts";
import type { TrainingState } from "./trainingState.ts";

/** The end of a run whose last validations, as many as the recipe's patience, were no better than the best; null for one that goes on. */
export function stoppedEarly(
  { earlyStopping, metric }: Recipe,
  {
    step,
    epoch,
    best,
    waited,
  }: { readonly step: number; readonly epoch: number; readonly best: TrainingState["best"] | undefined; readonly waited: number },
  stepsPerEpoch: number,
): StoppedEvent | null {
  if (!earlyStopping || !best || waited < earlyStopping.patience) return null;
  const { patience } = earlyStopping;
  return { kind: "stopped", step, epoch, metric, patience, best: { epoch: best.step / stepsPerEpoch, value: best.value } };
}
