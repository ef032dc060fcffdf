import type { Reference } from "../reference.ts";

/** max(a + b, 0). */
export function addReluReference(a: Float64Array, b: Float64Array): Reference {
  return {
    value: a.map((value, i) => Math.max(value + b[i]!, 0)),
    magnitude: a.map((value, i) => Math.abs(value) + Math.abs(b[i]!)),
    terms: 2,
  };
}
