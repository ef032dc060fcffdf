import type { Axis } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";

/** factor · Σ l(weight · (prediction − target)) over `length`, in float64: [outer, inner]; l(d) = d² / 2β where |d| < β, else |d| − β / 2. */
export function smoothL1Reference(
  p: Axis,
  prediction: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  factor: number,
  beta: number,
): Reference {
  const value = new Float64Array(p.outer * p.inner);
  const magnitude = new Float64Array(value.length);
  for (let at = 0; at < prediction.length; at++) {
    const map = mapOf(p, at);
    const distance = Math.abs(weight[map]! * (prediction[at]! - target[at]!));
    value[map]! += factor * (distance < beta ? distance ** 2 / (2 * beta) : distance - beta / 2);
    const slope = distance < beta ? distance / beta : 1;
    const rounding = Math.abs(weight[map]!) * (Math.abs(prediction[at]!) + Math.abs(target[at]!));
    magnitude[map]! += Math.abs(factor) * (2 * distance + slope * rounding);
  }
  return { value, magnitude, terms: p.length };
}

/** Derivative of dy · factor · Σ l(weight · (prediction − target)) by the prediction (sign 1) or the target (sign −1), in float64. */
export function smoothL1GradReference(
  p: Axis,
  prediction: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  factor: number,
  beta: number,
  dy: number,
  sign: 1 | -1,
): Reference {
  const scale = (at: number): number => sign * dy * factor * weight[mapOf(p, at)]!;
  const difference = (at: number): number => weight[mapOf(p, at)]! * (prediction[at]! - target[at]!);
  const value = prediction.map((_, at) => {
    const d = difference(at);
    return scale(at) * (Math.abs(d) >= beta ? Math.sign(d) : d / beta);
  });
  const magnitude = value.map((element, at) => {
    if (Math.abs(difference(at)) >= beta) return Math.abs(element);
    const rounding = Math.abs(weight[mapOf(p, at)]!) * (Math.abs(prediction[at]!) + Math.abs(target[at]!));
    return Math.abs(element) + Math.abs(scale(at)) * Math.min(1, rounding / beta);
  });
  return { value, magnitude, terms: 1 };
}

function mapOf({ length, inner }: Axis, at: number): number {
  return Math.floor(at / (length * inner)) * inner + (at % inner);
}
