import type { Reference } from "../reference.ts";

/** x · scalars[position], in float64. */
export function scaleByReference(x: Float64Array, scalars: Float64Array, position: number): Reference {
  const value = x.map((element) => element * scalars[position]!);
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
