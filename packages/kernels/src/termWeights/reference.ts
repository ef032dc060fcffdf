import type { Reference } from "../reference.ts";

/** weight · first norm above 0 ÷ own norm, or the weight where the own norm is 0, in float64. */
export function balancedWeightsReference(weights: Float64Array, norms: Float64Array): Reference {
  const first = norms.find((norm) => norm > 0) ?? 0;
  const value = weights.map((weight, i) => (norms[i]! > 0 ? (weight * first) / norms[i]! : weight));
  return { value, magnitude: value.map(Math.abs), terms: 4 };
}

/** norms + momentum · (measured ÷ weight − norms); measured ÷ weight where there is no norm yet, norms where it is 0 or not finite. */
export function trackNormsReference(norms: Float64Array, measured: Float64Array, weights: Float64Array, momentum: number): Reference {
  const value = norms.map((average, i) => {
    const norm = measured[i]! / weights[i]!;
    if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) return average;
    return average === 0 ? norm : average + momentum * (norm - average);
  });
  return {
    value,
    magnitude: value.map((average, i) => average + (Number.isFinite(measured[i]! / weights[i]!) ? measured[i]! / weights[i]! : 0)),
    terms: 4,
  };
}
