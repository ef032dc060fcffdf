import type { Reference } from "../reference.ts";
import type { MatmulProblem } from "./matmulProblem.ts";

/** y[i,row,column] = Σ a[i,row,·] · b[i,·,column] in float64, where a or b lies transposed if the problem says so. */
export function matmulReference(p: MatmulProblem, a: Float64Array, b: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.m * p.n);
  const magnitude = new Float64Array(value.length);
  for (let image = 0; image < p.batch; image++)
    for (let row = 0; row < p.m; row++)
      for (let column = 0; column < p.n; column++)
        for (let i = 0; i < p.k; i++) {
          const aAt = p.transposeA ? (image * p.k + i) * p.m + row : (image * p.m + row) * p.k + i;
          const bAt = p.transposeB ? (image * p.n + column) * p.k + i : (image * p.k + i) * p.n + column;
          const at = (image * p.m + row) * p.n + column;
          value[at]! += a[aAt]! * b[bAt]!;
          magnitude[at]! += Math.abs(a[aAt]! * b[bAt]!);
        }
  return { value, magnitude, terms: p.k };
}
