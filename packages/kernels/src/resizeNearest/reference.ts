import type { Reference } from "../reference.ts";
import type { ResizeProblem } from "./resizeProblem.ts";

/** y[n, o, p, c] = x[n, ⌊o·height/outHeight⌋, ⌊p·width/outWidth⌋, c]. */
export function resizeNearestReference(p: ResizeProblem, x: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.channels);
  for (const { at, xAt } of pairs(p)) value[at] = x[xAt]!;
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}

/** dx: the sum of dy over the outputs that show the pixel. */
export function resizeNearestInputGradReference(p: ResizeProblem, dy: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.channels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt } of pairs(p)) {
    value[xAt]! += dy[at]!;
    magnitude[xAt]! += Math.abs(dy[at]!);
  }
  return { value, magnitude, terms: Math.ceil(p.outHeight / p.height) * Math.ceil(p.outWidth / p.width) };
}

/** Index of every output and of the input that it shows. */
function* pairs(p: ResizeProblem): Generator<{ at: number; xAt: number }> {
  let at = 0;
  for (let n = 0; n < p.batch; n++)
    for (let ho = 0; ho < p.outHeight; ho++)
      for (let wo = 0; wo < p.outWidth; wo++)
        for (let c = 0; c < p.channels; c++) {
          const h = Math.floor((ho * p.height) / p.outHeight);
          const w = Math.floor((wo * p.width) / p.outWidth);
          yield { at: at++, xAt: ((n * p.height + h) * p.width + w) * p.channels + c };
        }
}
