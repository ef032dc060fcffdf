import { adamUpdate, adamwUpdate } from "@kindling/autograd";
import type { AdamRecipe } from "../recipe.ts";
import type { UpdateRule } from "./updateRule.ts";

/** Adam or AdamW; the step's scalars are [learning rate, 1 − β1^t, 1 − β2^t]. */
export function adamRule({ kind, betas: [beta1, beta2], epsilon, weightDecay }: AdamRecipe): UpdateRule {
  const record = { adam: adamUpdate, adamw: adamwUpdate }[kind];
  return {
    slots: ["exp_avg", "exp_avg_sq"],
    scalars: 3,
    stepScalars: (learningRate, t) => [learningRate, 1 - beta1 ** t, 1 - beta2 ** t],
    update({ parameters, gradients, slots: [expAvg, expAvgSq], group, lossScaled }, stepScalars) {
      record(parameters, gradients, expAvg!, expAvgSq!, stepScalars, {
        beta1,
        beta2,
        epsilon,
        weightDecay: weightDecay * group.weightDecayFactor,
        learningRateFactor: group.learningRateFactor,
        lossScaled,
      });
    },
  };
}
