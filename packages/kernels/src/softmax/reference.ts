import type { AxisProblem } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";

/** Sizes of [outer, length, inner]. */
type Axis = Omit<AxisProblem, "splits">;

/** ln Σ exp(scale · x) over `length`, [outer, inner], in float64. */
export function logSumExpReference(p: Axis, x: Float64Array, scale: number): Reference {
  const value = new Float64Array(p.outer * p.inner);
  const magnitude = new Float64Array(value.length);
  for (let map = 0; map < value.length; map++) {
    const logits = positions(p, map).map((at) => scale * x[at]!);
    const largest = Math.max(...logits);
    value[map] = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    // The error of each exponential grows with its argument, which counts by its share of the sum.
    magnitude[map] = 2 + Math.abs(largest) + logits.reduce((sum, logit) => sum + Math.exp(logit - value[map]!) * 2 * (largest - logit), 0);
  }
  return { value, magnitude, terms: p.length };
}

/** exp(x) / Σ exp(x) over `length`, in float64. */
export function softmaxReference(p: Axis, x: Float64Array): Reference {
  const { value, magnitude } = logSoftmaxReference(p, x);
  const y = value.map(Math.exp);
  return { value: y, magnitude: y.map((element, i) => element * (2 + magnitude[i]! - value[i]!)), terms: 1 };
}

/** x − ln Σ exp(x) over `length`, in float64. */
export function logSoftmaxReference(p: Axis, x: Float64Array): Reference {
  const value = new Float64Array(x.length);
  const magnitude = new Float64Array(x.length);
  const logSumExp = logSumExpReference(p, x, 1);
  for (let map = 0; map < p.outer * p.inner; map++) {
    for (const at of positions(p, map)) {
      value[at] = x[at]! - logSumExp.value[map]!;
      magnitude[at] = Math.abs(x[at]!) + logSumExp.magnitude[map]!;
    }
  }
  return { value, magnitude, terms: 1 };
}

/** Gradient of a softmax by its Jacobian, from its output: dx_i = Σ_j y_i (δ_ij − y_j) dy_j, in float64. */
export function softmaxGradReference(p: Axis, y: Float64Array, dy: Float64Array): Reference {
  return gradient(p, y, (i, j) => y[i]! * ((i === j ? 1 : 0) - y[j]!) * dy[j]!);
}

/** Gradient of a log-softmax by its Jacobian, from its output: dx_i = Σ_j (δ_ij − exp(y_i)) dy_j, in float64. */
export function logSoftmaxGradReference(p: Axis, y: Float64Array, dy: Float64Array): Reference {
  return gradient(p, y, (i, j) => ((i === j ? 1 : 0) - Math.exp(y[i]!)) * dy[j]!);
}

function gradient(p: Axis, y: Float64Array, term: (i: number, j: number) => number): Reference {
  const value = new Float64Array(y.length);
  const magnitude = new Float64Array(y.length);
  for (let map = 0; map < p.outer * p.inner; map++) {
    const all = positions(p, map);
    for (const i of all) {
      for (const j of all) {
        value[i]! += term(i, j);
        magnitude[i]! += Math.abs(term(i, j));
      }
    }
  }
  return { value, magnitude, terms: p.length };
}

/** Where the elements of a map are. */
function positions({ length, inner }: Axis, map: number): number[] {
  const base = Math.floor(map / inner) * length * inner + (map % inner);
  return Array.from({ length }, (_, i) => base + i * inner);
}
