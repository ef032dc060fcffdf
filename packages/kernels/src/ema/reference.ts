import type { Reference } from "../reference.ts";

/** average + momentum · (value − average) of each element in float64, from the nearer end as torch.lerp, where infinity decides. */
export function emaReference(averages: Float64Array, values: Float64Array, momentum: number): Reference {
  return {
    value: averages.map((average, i) => {
      const difference = values[i]! - average;
      return momentum < 0.5 ? average + momentum * difference : values[i]! - (1 - momentum) * difference;
    }),
    magnitude: averages.map((average, i) => Math.abs(average) + Math.abs(values[i]!)),
    terms: 3,
  };
}
