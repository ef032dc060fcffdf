import type { Reference } from "../reference.ts";
import type { SquaredDeviationsProblem } from "./squaredDeviations.ts";

/** Σ (x − mean)² over the rows of each split, ⌈rows / splits⌉ at a time. */
export function squaredDeviationsReference(p: SquaredDeviationsProblem, x: Float64Array, mean: Float64Array): Reference {
  const value = new Float64Array(p.splits * p.channels);
  const magnitude = new Float64Array(value.length);
  const rowsPerSplit = Math.ceil(p.rows / p.splits);
  for (const [i, input] of x.entries()) {
    const channel = i % p.channels;
    const split = Math.floor(Math.floor(i / p.channels) / rowsPerSplit);
    const [deviation, rounded] = [input - mean[channel]!, Math.abs(input) + Math.abs(mean[channel]!)];
    value[split * p.channels + channel]! += deviation ** 2;
    magnitude[split * p.channels + channel]! += Math.abs(deviation) * rounded;
  }
  return { value, magnitude, terms: rowsPerSplit + 2 };
}
