import type { Reference } from "../reference.ts";

/** gradients · min(1, maxNorm / (norm + 10⁻⁶)), in float64. */
export function clipByNormReference(gradients: Float64Array, norm: number, maxNorm: number): Reference {
  const value = gradients.map((gradient) => gradient * Math.min(1, maxNorm / (norm + 1e-6)));
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
