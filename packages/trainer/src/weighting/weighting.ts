import { add, exp, fill, mul, namedVariable, type Tensor, type Variable } from "@kindling/autograd";
import type { LossTerm } from "../losses/lossTerm.ts";

/** What becomes of the terms' weights in training, beside their rules over the epochs. */
export type Weighting =
  /** They stay. */
  | { readonly kind: "fixed" }
  /** Σ w (L·e⁻ˢ + s), s learned with the network and begun at 0. Kendall et al. 2018, "Multi-Task Learning Using Uncertainty to Weigh Losses", with s = ln σ² and without the ½. */
  | { readonly kind: "uncertainty" }
  /** Terms over outputs pull in the proportion of their weights: each weight is multiplied by the first term's gradient norm ÷ its own, averaged with `momentum`. */
  | { readonly kind: "gradientBalance"; readonly momentum: number };

/** What a weighting keeps in the store, saved with the state and not with the student. */
export interface WeightingState {
  /** s of each term, in their order, []; trained, without weight decay. Empty but for "uncertainty". */
  readonly uncertainties: readonly Variable[];
  /** Averaged norm of each term's gradient by the student's outputs, 0 before it was measured, [terms]; null but for "gradientBalance". */
  readonly norms: Variable | null;
}

/** The variables of a recipe's weighting. */
export function createWeighting(weighting: Weighting, losses: readonly LossTerm[]): WeightingState {
  const zeros = (length: number) => (): Float32Array => new Float32Array(length);
  const { kind } = weighting;
  return {
    uncertainties:
      kind === "uncertainty"
        ? losses.map(({ name }) => namedVariable(`uncertainty.${name}`, { shape: [], role: "parameter", init: zeros(1) }))
        : [],
    norms:
      kind === "gradientBalance"
        ? namedVariable("gradientNorms", { shape: [losses.length], role: "state", init: zeros(losses.length) })
        : null,
  };
}

/** L·e⁻ˢ + s: a loss that is as uncertain as s says; loss and s [] → []. Of a batch in `parts`, L is a part's share of the loss, and s counts as much of itself. */
export function uncertainLoss(loss: Tensor, s: Tensor, parts: number): Tensor {
  const certain = mul(loss, exp(mul(s, fill(loss.graph, [], -1))));
  return add(certain, parts === 1 ? s : mul(s, fill(loss.graph, [], 1 / parts)));
}
