import type { Reference } from "../reference.ts";
import type { ScaleNormProblem } from "./scaleNormProblem.ts";

/** g · x / max(‖x‖₂ / √length, epsilon) over each row, in float64; the clamp lets NaN through. */
export function scaleNormReference({ rows, length, epsilon }: ScaleNormProblem, x: Float64Array, g: Float64Array): Reference {
  const value = new Float64Array(x.length);
  for (let row = 0; row < rows; row++) {
    const values = x.subarray(row * length, (row + 1) * length);
    const norm = Math.max(rootMeanSquare(values), epsilon);
    for (const [i, element] of values.entries()) value[row * length + i] = (g[0]! * element) / norm;
  }
  return { value, magnitude: value.map(Math.abs), terms: length + 4 };
}

/** Gradients of x, and of g as what each row adds to it, by the chain rule through the norm n: dx = g·dy/n + dn/dx · Σ dy·(−g·x/n²). */
export function scaleNormGradReference(
  { rows, length, epsilon }: ScaleNormProblem,
  dy: Float64Array,
  x: Float64Array,
  g: Float64Array,
): { dx: Reference; share: Reference } {
  const empty = (size: number): Reference => ({ value: new Float64Array(size), magnitude: new Float64Array(size), terms: length + 8 });
  const [dx, share] = [empty(x.length), empty(rows)];
  for (let row = 0; row < rows; row++) {
    const values = x.subarray(row * length, (row + 1) * length);
    const root = rootMeanSquare(values);
    const norm = Math.max(root, epsilon);
    let [dnorm, dnormSize] = [0, 0];
    for (const [i, element] of values.entries()) {
      const gradient = dy[row * length + i]!;
      share.value[row]! += (gradient * element) / norm;
      share.magnitude[row]! += Math.abs((gradient * element) / norm);
      dnorm -= (gradient * g[0]! * element) / norm ** 2;
      dnormSize += Math.abs((gradient * g[0]! * element) / norm ** 2);
    }
    for (const [i, element] of values.entries()) {
      const at = row * length + i;
      const slope = root < epsilon ? 0 : element / (length * root);
      dx.value[at] = (g[0]! * dy[at]!) / norm + dnorm * slope;
      dx.magnitude[at] = Math.abs((g[0]! * dy[at]!) / norm) + dnormSize * Math.abs(slope);
    }
  }
  return { dx, share };
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}
