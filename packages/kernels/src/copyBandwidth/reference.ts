import type { Reference } from "../reference.ts";

/** y = x. */
export function copyBandwidthReference(x: Float64Array): Reference {
  return { value: x, magnitude: x.map(Math.abs), terms: 1 };
}
