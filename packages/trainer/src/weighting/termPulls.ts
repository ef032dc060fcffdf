/** How much one loss term counted in the last step of an epoch. */
export interface TermPull {
  /** By its rule and by what the recipe's weighting made of it. */
  readonly weight: number;
  /** ‖∂(weight · term) / ∂outputs‖ over the student's outputs that it looks at; absent for a term inside the networks, and where f16 overflowed. */
  readonly gradientNorm?: number;
  /** Its share of the sum of these norms over the terms, 0 … 1. */
  readonly gradientShare?: number;
}

/** The pull of each term by its name, from their weights and norms in one order; norms that are 0 or not finite were not measured. */
export function termPulls(
  names: readonly string[],
  weights: readonly number[],
  norms: readonly number[],
): Readonly<Record<string, TermPull>> {
  const measured = norms.map((norm) => (norm > 0 && norm < Number.POSITIVE_INFINITY ? norm : undefined));
  const sum = measured.reduce<number>((total, norm) => total + (norm ?? 0), 0);
  return Object.fromEntries(
    names.map((name, i) => {
      const [weight, gradientNorm] = [weights[i]!, measured[i]]; // of one order
      return [name, { weight, ...(gradientNorm === undefined ? {} : { gradientNorm, gradientShare: gradientNorm / sum }) }];
    }),
  );
}
