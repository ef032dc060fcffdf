import type { ParameterStore, Variable } from "@kindling/autograd";
import type { Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";

type TermsOf = Pick<Recipe, "losses" | "weighting" | "gradientShares">;

/** Whether a step measures how hard each loss term pulls: what is logged of a recipe with several, and what a balance follows. */
export function measuresPulls({ losses, weighting, gradientShares }: TermsOf): boolean {
  return losses.length > 1 && (gradientShares === "epoch" || weighting.kind === "gradientBalance");
}

/** Where a step leaves ‖∂(weight · term) / ∂outputs‖ of each term, [terms]; 0 for a term inside the networks. Not saved. */
export function termNorms(store: ParameterStore, { losses }: TermsOf): Variable {
  return store.transient("termNorms", [losses.length]);
}

/** What {@link termNorms} holds after a step, 0 for a term that overflowed; none where it is not measured. */
export async function measuredNorms(recipe: TermsOf, { store }: Pick<Networks, "store">): Promise<readonly number[]> {
  if (!measuresPulls(recipe)) return [];
  const norms = termNorms(store, recipe);
  return [...(await store.read([norms])).get(norms)!].map((norm) => (Number.isFinite(norm) ? norm : 0));
}

/** Where a step that balances leaves the weights that it used, [terms]. Not saved. */
export function termWeights(store: ParameterStore, { losses }: TermsOf): Variable {
  return store.transient("termWeights", [losses.length]);
}

/** What balances the terms after each step. */
export interface TermBalance {
  /** Averages, overwritten, what the step measured, and the weights that it had, [terms] each. */
  readonly norms: Variable;
  readonly measured: Variable;
  readonly weights: Variable;
  readonly momentum: number;
}

/** Of a recipe that balances its terms; else null. */
export function termBalance(recipe: TermsOf, { store, weighting: { norms } }: Pick<Networks, "store" | "weighting">): TermBalance | null {
  if (!norms || recipe.weighting.kind !== "gradientBalance") return null;
  const { momentum } = recipe.weighting;
  return { norms, measured: termNorms(store, recipe), weights: termWeights(store, recipe), momentum };
}
