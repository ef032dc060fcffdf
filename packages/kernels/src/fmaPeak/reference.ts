import type { Reference } from "../reference.ts";
import type { FmaPeakProblem } from "./fmaPeak.ts";

/** Σ over chains of s after rounds · unroll steps s ← s · factor + x, s₀ = x + c, in float64. */
export function fmaPeakReference(x: Float64Array, { chains, rounds, unroll, factor }: FmaPeakProblem): Reference {
  const steps = rounds * unroll;
  const m = Math.fround(factor);
  const magnitude = new Float64Array(x.length);
  const value = x.map((start, i) => {
    let sum = 0;
    for (let c = 0; c < chains; c++) {
      let [s, size] = [start + c, Math.abs(start) + c];
      for (let step = 0; step < steps; step++) [s, size] = [s * m + start, size * Math.abs(m) + Math.abs(start)];
      sum += s;
      magnitude[i]! += size;
    }
    return sum;
  });
  return { value, magnitude, terms: steps + chains };
}
