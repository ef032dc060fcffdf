import type { Axis } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";

/** weight · x for maps [outer, length, inner], in float64. */
export function scaleMapsReference({ length, inner }: Pick<Axis, "length" | "inner">, x: Float64Array, weight: Float64Array): Reference {
  const value = x.map((element, at) => weight[Math.floor(at / (length * inner)) * inner + (at % inner)]! * element);
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
