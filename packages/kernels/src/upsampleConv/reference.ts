import type { Reference } from "../reference.ts";
import type { TapAxisProblem } from "./tapAxis.ts";
import type { TapWeightProblem } from "./tapWeight.ts";

/** y[o] = bias + Σ_t Σ weight · x[t] over the two elements around up-sampled pixel o + t − 1, if that lies inside the image. */
export function tapSumReference(p: TapAxisProblem, x: Float64Array, bias: Float64Array | null): Reference {
  const value = new Float64Array(p.outer * p.outSize * p.inner * p.channels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt, weight } of tapTerms(p)) {
    value[at]! += weight * x[xAt]!;
    magnitude[at]! += Math.abs(weight * x[xAt]!);
  }
  // Weights are rounded too, as 1 − w: relative to one, not to the weight.
  const start = (at: number) => bias?.[at % p.channels] ?? 0;
  return {
    value: value.map((sum, at) => sum + start(at)),
    magnitude: magnitude.map((sum, at) => 2 * sum + Math.abs(start(at))),
    terms: 7,
  };
}

/** dx = Σ weight · dy over the outputs that use the element. */
export function tapSumInputGradReference(p: TapAxisProblem, dy: Float64Array): Reference {
  const value = new Float64Array(p.outer * p.size * p.inner * p.pixelChannels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt, weight } of tapTerms(p)) {
    value[xAt]! += weight * dy[at]!;
    magnitude[xAt]! += Math.abs(weight * dy[at]!);
  }
  return { value, magnitude: magnitude.map((sum) => 2 * sum), terms: Math.ceil((2 * p.outSize) / p.size) + 1 };
}

/** tapWeight[ci, kw, kh · outChannels + co] = weight[kh, kw, ci, co], zero in the padding. */
export function tapWeightReference(p: TapWeightProblem, weight: Float64Array): Float64Array {
  const tapWeight = new Float64Array(p.inChannels * 3 * p.columnChannels);
  for (const { at, tapAt } of weightPairs(p)) tapWeight[tapAt] = weight[at]!;
  return tapWeight;
}

/** dWeight[kh, kw, ci, co] = dTapWeight[ci, kw, kh · outChannels + co]. */
export function tapWeightGradReference(p: TapWeightProblem, dTapWeight: Float64Array): Float64Array {
  const dWeight = new Float64Array(9 * p.inChannels * p.outChannels);
  for (const { at, tapAt } of weightPairs(p)) dWeight[at] = dTapWeight[tapAt]!;
  return dWeight;
}

/** Every use of an element of x by an output, with its weight. */
function* tapTerms(p: TapAxisProblem): Generator<{ at: number; xAt: number; weight: number }> {
  for (let outer = 0; outer < p.outer; outer++)
    for (let o = 0; o < p.outSize; o++)
      for (let inner = 0; inner < p.inner; inner++)
        for (let tap = 0; tap < 3; tap++) {
          const pixel = o + tap - 1;
          if (pixel < 0 || pixel >= p.outSize) continue;
          const position = Math.max(0, ((pixel + 0.5) * p.size) / p.outSize - 0.5);
          const first = Math.floor(position);
          const second = Math.min(first + 1, p.size - 1);
          for (let c = 0; c < p.channels; c++) {
            const at = ((outer * p.outSize + o) * p.inner + inner) * p.channels + c;
            const xAt = (i: number) => ((outer * p.size + i) * p.inner + inner) * p.pixelChannels + tap * p.channels + c;
            yield { at, xAt: xAt(first), weight: 1 - (position - first) };
            yield { at, xAt: xAt(second), weight: position - first };
          }
        }
}

/** Where each weight stands in both orders. */
function* weightPairs(p: TapWeightProblem): Generator<{ at: number; tapAt: number }> {
  for (let kh = 0; kh < 3; kh++)
    for (let kw = 0; kw < 3; kw++)
      for (let ci = 0; ci < p.inChannels; ci++)
        for (let co = 0; co < p.outChannels; co++) {
          yield {
            at: ((kh * 3 + kw) * p.inChannels + ci) * p.outChannels + co,
            tapAt: (ci * 3 + kw) * p.columnChannels + kh * p.outChannels + co,
          };
        }
}
