/** The weight of a loss term: a number, or a rule that gives one for each epoch. */
export type Weight = number | WeightRule;

/** How a weight moves over a run; epochs count from 0. */
export type WeightRule =
  /** Exactly `from` in the first epoch and `to` in the last: from + (to − from)·p, or to + (from − to)·½(1 + cos πp), p = epoch / (epochs − 1). */
  | { readonly rule: "linear" | "cosine"; readonly from: number; readonly to: number }
  /** `from`, multiplied by `factor` at each of `epochs`: from · factorⁿ, n of them reached. */
  | { readonly rule: "step"; readonly from: number; readonly factor: number; readonly epochs: readonly number[] }
  /**
   * from · (1 − epoch / epochs), which is 1 − (t − 1) / t_max of epoch t = 1, 2, …: never 0. Yang et al. 2023, "Effective Whole-body Pose Estimation with
   * Two-stages Distillation", eq. 6.
   */
  | { readonly rule: "decay"; readonly from: number }
  /** to · exp(−5 (1 − min(epoch, epochs) / epochs)²), `to` from its `epochs` on. Li et al. 2021, "Online Knowledge Distillation for Efficient Pose Estimation", the code. */
  | { readonly rule: "ramp"; readonly to: number; readonly epochs: number }
  /** 1 − the weight of the term that it names, at least 0: what is left to the ground truth where distillation goes from 0.9 to 0.5. */
  | { readonly rule: "complement"; readonly of: string };

/** What of a loss term says how much it counts. */
export interface WeightedTerm {
  readonly name: string;
  readonly weight: Weight;
}

/**
 * The weight of every term in an epoch (counted from 0) of a run of `epochs`, in their order.
 * @throws Error when a complement is not of a term with a weight of its own: parseRecipe refuses such recipes.
 */
export function lossWeightsAt(terms: readonly WeightedTerm[], epoch: number, epochs: number): readonly number[] {
  return terms.map(({ name, weight }) => {
    if (typeof weight === "number" || weight.rule !== "complement") return ownWeightAt(weight, epoch, epochs);
    const other = terms.find((term) => term.name === weight.of);
    if (!other || isComplement(other.weight)) throw new Error(`the weight of ${name} is the complement of ${weight.of}, which has none`);
    return Math.max(0, 1 - ownWeightAt(other.weight, epoch, epochs));
  });
}

/** Whether a weight is told by that of another term. */
export function isComplement(weight: Weight): weight is Extract<WeightRule, { rule: "complement" }> {
  return typeof weight !== "number" && weight.rule === "complement";
}

function ownWeightAt(weight: Exclude<Weight, { rule: "complement" }>, epoch: number, epochs: number): number {
  if (typeof weight === "number") return weight;
  const progress = epochs > 1 ? Math.min(1, epoch / (epochs - 1)) : 0;
  switch (weight.rule) {
    case "linear":
      return weight.from + (weight.to - weight.from) * progress;
    case "cosine":
      return weight.to + (weight.from - weight.to) * 0.5 * (1 + Math.cos(Math.PI * progress));
    case "step":
      return weight.from * weight.factor ** weight.epochs.filter((milestone) => epoch >= milestone).length;
    case "decay":
      return weight.from * Math.max(0, 1 - epoch / epochs);
    case "ramp":
      return weight.to * rampAt(epoch, weight.epochs);
    default:
      return weight satisfies never;
  }
}

/** exp(−5 (1 − min(e, L) / L)²): e⁻⁵ in the first epoch, 1 from epoch L on (Laine & Aila 2017, "Temporal Ensembling", §2.1; OKDHP's code). */
export function rampAt(epoch: number, length: number): number {
  return Math.exp(-5 * (1 - Math.min(epoch, length) / length) ** 2);
}
