import type { Reference } from "../reference.ts";
import { type SumResizedProblem, sumResizedSizes } from "./sumResizedProblem.ts";

/** y[n, o, p, c] = Σᵢ xᵢ[n, ⌊o·heightᵢ/height⌋, ⌊p·widthᵢ/width⌋, c], negative sums 0 with relu. */
export function sumResizedReference(p: SumResizedProblem, terms: readonly Float64Array[]): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.channels);
  const magnitude = new Float64Array(value.length);
  const sizes = sumResizedSizes(p);
  let at = 0;
  for (let n = 0; n < p.batch; n++)
    for (let row = 0; row < p.height; row++)
      for (let column = 0; column < p.width; column++)
        for (let c = 0; c < p.channels; c++) {
          for (const [i, [height, width]] of sizes.entries()) {
            const [h, w] = [Math.floor((row * height) / p.height), Math.floor((column * width) / p.width)];
            const term = terms[i]![((n * height + h) * width + w) * p.channels + c]!;
            value[at]! += term;
            magnitude[at]! += Math.abs(term);
          }
          if (p.activation === "relu" && value[at]! < 0) value[at] = 0;
          at++;
        }
  return { value, magnitude, terms: sizes.length };
}
