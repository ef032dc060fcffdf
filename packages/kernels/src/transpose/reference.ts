import type { Reference } from "../reference.ts";
import type { TransposeProblem } from "./transpose.ts";

/** y[n, column, row] = x[n, row, column]. */
export function transposeReference({ batch, rows, columns }: TransposeProblem, x: Float64Array): Reference {
  const value = new Float64Array(x.length);
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) value[(n * columns + column) * rows + row] = x[(n * rows + row) * columns + column]!;
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}
