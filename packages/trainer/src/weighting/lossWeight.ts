/** The weight of a loss term: a number, or a curve from the first epoch to the last. */
export type Weight = number | { readonly rule: "linear" | "cosine"; readonly from: number; readonly to: number };

/**
 * The weight in an epoch (counted from 0) of a run of `epochs`: exactly `from` in the first and `to` in the last.
 * linear: from + (to − from)·p; cosine: to + (from − to)·½(1 + cos πp); p = epoch/(epochs − 1).
 */
export function lossWeightAt(weight: Weight, epoch: number, epochs: number): number {
  if (typeof weight === "number") return weight;
  const progress = epochs > 1 ? Math.min(1, epoch / (epochs - 1)) : 0;
  switch (weight.rule) {
    case "linear":
      return weight.from + (weight.to - weight.from) * progress;
    case "cosine":
      return weight.to + (weight.from - weight.to) * 0.5 * (1 + Math.cos(Math.PI * progress));
    default:
      return weight.rule satisfies never;
  }
}
