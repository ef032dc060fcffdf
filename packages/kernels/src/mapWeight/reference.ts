import type { Reference } from "../reference.ts";

/** factor · mask or factor · mask², in float64. */
export function mapWeightReference(mask: Float64Array, factor: number, squared: boolean): Reference {
  const value = mask.map((m) => factor * m ** (squared ? 2 : 1));
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
