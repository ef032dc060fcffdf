import { philoxWord } from "../randomFill/reference.ts";
import type { Reference } from "../reference.ts";
import type { DropoutProblem } from "./dropout.ts";

/** x · mask / (1 − p). */
export function dropoutReference({ p, stream }: DropoutProblem, x: Float64Array, key: ArrayLike<number>): Reference {
  const value = x.map((element, i) => (element * (philoxWord(i, stream, key) < p * 2 ** 32 ? 0 : 1)) / (1 - p));
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
