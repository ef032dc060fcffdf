import type { Reference } from "../reference.ts";

/** values + sums of each element where `keep` is above 0, else values, in float64. */
export function accumulateReference(sums: Float64Array, values: Float64Array, keep: number): Reference {
  const before = (i: number): number => (keep > 0 ? sums[i]! : 0);
  return {
    value: values.map((value, i) => value + before(i)),
    magnitude: values.map((value, i) => Math.abs(value) + Math.abs(before(i))),
    terms: 2,
  };
}
