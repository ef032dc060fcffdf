import type { Axis } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";

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

/** Gradient of a softmax by its Jacobian: dx_i = Σ_j y_i (δ_ij − y_j) dy_j, in float64. */
export function softmaxGradReference(p: Axis, x: Float64Array, dy: Float64Array): Reference {
  return gradient(p, x, dy, ({ value: y, magnitude }, i, j) => {
    const same = i === j ? 1 : 0;
    return [y[i]! * (same - y[j]!), same * magnitude[i]! + y[i]! * magnitude[j]! + magnitude[i]! * y[j]!];
  });
}

/** Gradient of a log-softmax by its Jacobian: dx_i = Σ_j (δ_ij − y_i) dy_j, y = softmax(x), in float64. */
export function logSoftmaxGradReference(p: Axis, x: Float64Array, dy: Float64Array): Reference {
  return gradient(p, x, dy, ({ value: y, magnitude }, i, j) => {
    const same = i === j ? 1 : 0;
    return [same - y[i]!, same + magnitude[i]!];
  });
}

/** dx_i = Σ_j J_ij dy_j; `jacobian` makes J_ij and its magnitude of the softmax of x. */
function gradient(
  p: Axis,
  x: Float64Array,
  dy: Float64Array,
  jacobian: (y: Reference, i: number, j: number) => readonly [value: number, magnitude: number],
): Reference {
  const y = softmaxReference(p, x);
  const value = new Float64Array(x.length);
  const magnitude = new Float64Array(x.length);
  for (let map = 0; map < p.outer * p.inner; map++) {
    const all = positions(p, map);
    for (const i of all) {
      for (const j of all) {
        const [slope, rounding] = jacobian(y, i, j);
        value[i]! += slope * dy[j]!;
        magnitude[i]! += rounding * Math.abs(dy[j]!);
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
