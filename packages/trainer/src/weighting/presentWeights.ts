import type { Networks } from "../networks.ts";

/** The weights of terms as the next step has them: `written`, those of their rules, times e⁻ˢ of learned uncertainties, or balanced as `balancedWeights` does. */
export async function presentWeights(
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
