import type { Reference } from "../reference.ts";

/** (1 − momentum) · running + momentum · batch; the batch's variance is the unbiased one. */
export function updateRunningStatisticsReference(running: ArrayLike<number>, batch: ArrayLike<number>, momentum: number): Reference {
  const value = Float64Array.from(running, (old, i) => (1 - momentum) * old + momentum * batch[i]!);
  const magnitude = Float64Array.from(running, (old, i) => Math.abs((1 - momentum) * old) + Math.abs(momentum * batch[i]!));
  return { value, magnitude, terms: 4 };
}
