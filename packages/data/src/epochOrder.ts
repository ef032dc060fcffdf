import { createRandom, shuffle } from "@kindling/pose";

/** The order in which an epoch visits samples 0 … length−1: a function of seed and epoch alone, so that a run can go on anywhere. */
export function epochOrder(
  length: number,
  { seed, epoch, shuffled }: { seed: number; epoch: number; shuffled: boolean },
): readonly number[] {
  const order = Array.from({ length }, (_, i) => i);
  return shuffled ? shuffle(order, createRandom(seed, epoch)) : order;
}
