import type { Reference } from "../reference.ts";
import type { AdaptiveWingProblem } from "./adaptiveWingProblem.ts";

/** factor · Σ importance · loss over the pixels of each map, in float64: [batch, joints]. */
export function adaptiveWingReference(
  p: AdaptiveWingProblem,
  prediction: Float64Array,
  target: Float64Array,
  mask: Float64Array,
  factor: number,
): Reference {
  const value = new Float64Array(p.outer * p.inner);
  const magnitude = new Float64Array(value.length);
  for (const { map, y, distance, importance, at } of pixels(p, prediction, target, mask)) {
    const power = p.alpha - y;
    const ratio = p.theta / p.epsilon;
    const A = (p.omega * (1 / (1 + ratio ** power)) * power * ratio ** (power - 1)) / p.epsilon;
    const C = p.theta * A - p.omega * Math.log(1 + ratio ** power);
    const loss = distance < p.theta ? p.omega * Math.log1p((distance / p.epsilon) ** power) : A * distance - C;
    value[map]! += factor * importance * loss;
    // Errors of the difference and of the power, whose logarithm is rounded.
    const steps = 6 + 2 * power * Math.abs(Math.log2(distance / p.epsilon || 1));
    const rounding = A * (Math.abs(prediction[at]! * mask[map]!) + Math.abs(y));
    magnitude[map]! += Math.abs(factor) * importance * (Math.abs(loss) * steps + Math.min(rounding, p.omega));
  }
  return { value, magnitude, terms: p.length * p.width };
}

/** Derivative of dy · factor · Σ importance · loss by each prediction, the target and so A and C being constants, in float64. */
export function adaptiveWingGradReference(
  p: AdaptiveWingProblem,
  prediction: Float64Array,
  target: Float64Array,
  mask: Float64Array,
  factor: number,
  dy: number,
): Reference {
  const value = new Float64Array(prediction.length);
  const magnitude = new Float64Array(prediction.length);
  for (const { map, at, y, distance, importance } of pixels(p, prediction, target, mask)) {
    const power = p.alpha - y;
    const inner = distance < p.theta ? distance / p.epsilon : p.theta / p.epsilon;
    const slope = ((p.omega * power) / p.epsilon) * (inner ** (power - 1) / (1 + inner ** power));
    const difference = prediction[at]! * mask[map]! - y;
    value[at] = dy * factor * importance * mask[map]! * (difference === 0 ? 0 : slope * Math.sign(difference));
    const steps = 8 + 2 * power * Math.abs(Math.log2(inner || 1));
    const rounding = (Math.abs(prediction[at]! * mask[map]!) + Math.abs(y)) / (distance || 1);
    magnitude[at] = Math.abs(value[at]!) * (steps + rounding);
  }
  return { value, magnitude, terms: 1 };
}

/** Every pixel: its masked target, distance and 1 + w·[largest masked target of its 3×3 neighbours ≥ threshold]. */
function* pixels(
  p: AdaptiveWingProblem,
  prediction: Float64Array,
  target: Float64Array,
  mask: Float64Array,
): Generator<{ map: number; at: number; y: number; distance: number; importance: number }> {
  const at = (n: number, h: number, w: number, k: number) => ((n * p.length + h) * p.width + w) * p.inner + k;
  for (let n = 0; n < p.outer; n++)
    for (let h = 0; h < p.length; h++)
      for (let w = 0; w < p.width; w++)
        for (let k = 0; k < p.inner; k++) {
          const map = n * p.inner + k;
          let peak = Number.NEGATIVE_INFINITY;
          for (let row = Math.max(0, h - 1); row <= Math.min(p.length - 1, h + 1); row++)
            for (let column = Math.max(0, w - 1); column <= Math.min(p.width - 1, w + 1); column++) {
              peak = Math.max(peak, target[at(n, row, column, k)]! * mask[map]!);
            }
          const here = at(n, h, w, k);
          const y = target[here]! * mask[map]!;
          yield {
            map,
            at: here,
            y,
            distance: Math.abs(y - prediction[here]! * mask[map]!),
            importance: peak >= p.importanceThreshold ? 1 + p.importanceWeight : 1,
          };
        }
}
