import type { Interval } from "./bootstrap.ts";

/**
 * The mean of a few independent values, such as runs of several seeds, with Student's interval: mean ± t·s/√n. One value alone has no interval: null.
 * @throws RangeError when the confidence is not between 0 and 1.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval | null {
  if (values.length < 2) return null;
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (values.length - 1);
  const reach = studentQuantile(1 - (1 - confidence) / 2, values.length - 1) * Math.sqrt(variance / values.length);
  return { value, low: value - reach, high: value + reach };
}

/**
 * The t that a share `probability` of Student's distribution with so many degrees of freedom, a whole number, lies below.
 * Source: the distribution as a finite sum, Abramowitz and Stegun, 26.7.3 and 26.7.4; inverted by halving.
 * @throws RangeError when the probability is not between 0 and 1, or the degrees of freedom are no whole number above 0.
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (!(probability > 0 && probability < 1) || !Number.isSafeInteger(freedom) || freedom < 1) {
    throw new RangeError(`studentQuantile: expected 0 < probability < 1 and whole degrees of freedom; got ${probability}, ${freedom}`);
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let [low, high] = [0, 1];
  while (below(high, freedom) < probability) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (below(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return high;
}

/** The share below t ≥ 0: ½ + ½·A(t|ν). */
function below(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine2 = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  // cos θ + ⅔ cos³θ + … for odd ν, 1 + ½ cos²θ + … for even ν.
  let [term, sum] = [odd ? Math.cos(angle) : 1, 0];
  for (let power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine2;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}
