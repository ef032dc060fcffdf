import type { Reference } from "../reference.ts";
import type { AvgPool2dProblem } from "./avgPool2dProblem.ts";

/** The sum of each window over its divisor (avg_pool2d and adaptive_avg_pool2d in PyTorch's aten/src/ATen/native). */
export function avgPool2dReference(p: AvgPool2dProblem, x: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.channels);
  const magnitude = new Float64Array(value.length);
  let terms = 1; // and one for the division
  for (const { at, xAt, divisor } of averageTerms(p)) {
    value[at]! += x[xAt]! / divisor;
    magnitude[at]! += Math.abs(x[xAt]! / divisor);
    terms = Math.max(terms, divisor + 1);
  }
  return { value, magnitude, terms };
}

/** dx: each window hands every one of its pixels an equal share of its dy. */
export function avgPool2dInputGradReference(p: AvgPool2dProblem, dy: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.channels);
  const magnitude = new Float64Array(value.length);
  const windows = new Uint32Array(value.length);
  for (const { at, xAt, divisor } of averageTerms(p)) {
    value[xAt]! += dy[at]! / divisor;
    magnitude[xAt]! += Math.abs(dy[at]! / divisor);
    windows[xAt]! += 1;
  }
  return { value, magnitude, terms: 1 + windows.reduce((most, count) => Math.max(most, count), 0) };
}

/** Every use of an input by an output with what its window's sum is divided by. */
function* averageTerms(p: AvgPool2dProblem): Generator<{ at: number; xAt: number; divisor: number }> {
  for (let n = 0; n < p.batch; n++)
    for (let ho = 0; ho < p.outHeight; ho++)
      for (let wo = 0; wo < p.outWidth; wo++) {
        const rows = windowOf(p, ho, p.height, p.outHeight);
        const columns = windowOf(p, wo, p.width, p.outWidth);
        const isInside = (h: number, w: number) => h >= 0 && h < p.height && w >= 0 && w < p.width;
        const pixels = rows.flatMap((h) => columns.map((w) => [h, w] as const));
        const inside = pixels.filter(([h, w]) => isInside(h, w));
        const divisor = p.windows === "sliding" && p.countIncludePad ? pixels.length : inside.length;
        for (const [h, w] of inside)
          for (let c = 0; c < p.channels; c++) {
            const at = ((n * p.outHeight + ho) * p.outWidth + wo) * p.channels + c;
            yield { at, xAt: ((n * p.height + h) * p.width + w) * p.channels + c, divisor };
          }
      }
}

/** Positions of output `o`'s window along an axis; those of the padding lie outside the image. */
function windowOf(p: AvgPool2dProblem, o: number, size: number, outSize: number): number[] {
  const sliding = p.windows === "sliding";
  const start = sliding ? o * p.stride - p.padding : Math.floor((o * size) / outSize);
  const end = sliding ? Math.min(start + p.kernel, size + p.padding) : Math.ceil(((o + 1) * size) / outSize);
  return Array.from({ length: end - start }, (_, i) => start + i);
}
