import type { Reference } from "../reference.ts";
import type { ResizeBilinearProblem } from "./resizeBilinearProblem.ts";

/** y = Σ weight · x over the four pixels around each output's source (upsample_bilinear2d in PyTorch's aten/src/ATen/native/UpSample.h). */
export function resizeBilinearReference(p: ResizeBilinearProblem, x: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.channels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt, weight } of resizeTerms(p)) {
    value[at]! += weight * x[xAt]!;
    magnitude[at]! += Math.abs(weight * x[xAt]!);
  }
  // Weights are rounded too, as 1 − w: relative to one, not to the weight.
  return { value, magnitude: magnitude.map((sum) => 2 * sum), terms: 4 };
}

/** dx = Σ weight · dy over the outputs that use the pixel. */
export function resizeBilinearInputGradReference(p: ResizeBilinearProblem, dy: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.channels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt, weight } of resizeTerms(p)) {
    value[xAt]! += weight * dy[at]!;
    magnitude[xAt]! += Math.abs(weight * dy[at]!);
  }
  return {
    value,
    magnitude: magnitude.map((sum) => 2 * sum),
    terms: Math.ceil((2 * p.outHeight) / p.height + 1) * Math.ceil((2 * p.outWidth) / p.width + 1),
  };
}

/** Every use of an input by an output with its weight. */
function* resizeTerms(p: ResizeBilinearProblem): Generator<{ at: number; xAt: number; weight: number }> {
  for (let n = 0; n < p.batch; n++)
    for (let ho = 0; ho < p.outHeight; ho++)
      for (let wo = 0; wo < p.outWidth; wo++)
        for (const [h, rowWeight] of neighbours(ho, p.height, p.outHeight, p.alignCorners))
          for (const [w, columnWeight] of neighbours(wo, p.width, p.outWidth, p.alignCorners))
            for (let c = 0; c < p.channels; c++) {
              yield {
                at: ((n * p.outHeight + ho) * p.outWidth + wo) * p.channels + c,
                xAt: ((n * p.height + h) * p.width + w) * p.channels + c,
                weight: rowWeight * columnWeight,
              };
            }
}

/**
 * The two inputs along one axis that output `o` lies between, each with its weight. The source is kept as a fraction of integers, because a weight
 * that is 0 makes NaN of infinity where one of 1e-17 does not.
 */
function neighbours(o: number, size: number, outSize: number, alignCorners: boolean): [input: number, weight: number][] {
  const aligned = outSize > 1 ? o * (size - 1) : 0;
  const numerator = alignCorners ? aligned : Math.max(0, (2 * o + 1) * size - outSize);
  const denominator = alignCorners ? Math.max(1, outSize - 1) : 2 * outSize;
  const first = Math.floor(numerator / denominator);
  const fraction = (numerator - first * denominator) / denominator;
  // PyTorch takes one pixel twice at the far edge, and along an axis whose length stays (compute_source_index_and_lambda).
  const second = size === outSize ? first : Math.min(first + 1, size - 1);
  return [
    [first, 1 - fraction],
    [second, fraction],
  ];
}
