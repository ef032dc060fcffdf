import type { Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { type TermPull, termPulls } from "./termPulls.ts";

/** The pull of each term of a recipe by its name: `norms` of its gradients, and its weight by now, of which `written` is what its rule gives. */
export async function describePulls(
  { losses }: Recipe,
  networks: Networks,
  written: readonly number[],
  norms: readonly number[],
): Promise<Readonly<Record<string, TermPull>>> {
  const names = losses.map(({ name }) => name);
  return termPulls(names, await presentWeights(written, networks), norms);
}

/** The weights of terms as the next step has them: `written`, those of their rules, times e⁻ˢ of learned uncertainties, or balanced as `balancedWeights` does. */
async function presentWeights(
  written: readonly number[],
  { store, weighting: { uncertainties, norms } }: Pick<Networks, "store" | "weighting">,
): Promise<readonly number[]> {
  const values = await store.read(norms ? [...uncertainties, norms] : uncertainties);
  const balance = norms ? [...values.get(norms)!] : [];
  const first = balance.find((norm) => norm > 0) ?? 0;
  return written.map((weight, i) => {
    const s = uncertainties[i] ? values.get(uncertainties[i])![0]! : 0;
    return weight * Math.exp(-s) * (balance[i] ? first / balance[i] : 1);
  });
}
