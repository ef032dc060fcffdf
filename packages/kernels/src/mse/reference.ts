import type { Axis } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";

/** Σ (prediction − target)² / size, in float64. */
export function mseReference(prediction: Float64Array, target: Float64Array): Reference {
  let [value, magnitude] = [0, 0];
  for (let i = 0; i < prediction.length; i++) {
    const difference = prediction[i]! - target[i]!;
    value += difference ** 2 / prediction.length;
    magnitude += (difference ** 2 + Math.abs(difference) * (Math.abs(prediction[i]!) + Math.abs(target[i]!))) / prediction.length;
  }
  return { value: Float64Array.of(value), magnitude: Float64Array.of(magnitude), terms: prediction.length };
}

/** weight · Σ (prediction − target)² over `length`, in float64: [outer, inner]. */
export function weightedMseReference(p: Axis, prediction: Float64Array, target: Float64Array, weight: Float64Array): Reference {
  const value = new Float64Array(p.outer * p.inner);
  const magnitude = new Float64Array(value.length);
  for (let at = 0; at < prediction.length; at++) {
    const map = mapOf(p, at);
    const difference = prediction[at]! - target[at]!;
    value[map]! += weight[map]! * difference ** 2;
    magnitude[map]! +=
      Math.abs(weight[map]!) * (difference ** 2 + Math.abs(difference) * (Math.abs(prediction[at]!) + Math.abs(target[at]!)));
  }
  return { value, magnitude, terms: p.length };
}

/** Derivative of dy · Σ weight · (prediction − target)² by the prediction (sign 1) or the target (sign −1), in float64. */
export function weightedMseGradReference(
  p: Axis,
  prediction: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  dy: number,
  sign: 1 | -1,
): Reference {
  const value = prediction.map((element, at) => 2 * sign * dy * weight[mapOf(p, at)]! * (element - target[at]!));
  const magnitude = prediction.map((element, at) => Math.abs(2 * dy * weight[mapOf(p, at)]!) * (Math.abs(element) + Math.abs(target[at]!)));
  return { value, magnitude, terms: 1 };
}

function mapOf({ length, inner }: Axis, at: number): number {
  return Math.floor(at / (length * inner)) * inner + (at % inner);
}
