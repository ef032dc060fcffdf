import type { Reference } from "../reference.ts";
import type { MaxPool2dProblem } from "./maxPool2dProblem.ts";

/** The largest value of each window; a maximum is one of its terms, so nothing is rounded. */
export function maxPool2dReference(p: MaxPool2dProblem, x: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.channels);
  for (const { at, xAt } of maxima(p, x)) value[at] = x[xAt]!;
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}

/** Offsets of the maxima within their windows, packed as the kernel packs them. */
export function maxPool2dArgmaxReference(p: MaxPool2dProblem, x: Float64Array): Uint32Array {
  const quads = Math.ceil(p.channels / 4);
  const argmax = new Uint32Array(p.batch * p.outHeight * p.outWidth * quads);
  for (const { at, offset } of maxima(p, x)) {
    const channel = at % p.channels;
    const pixel = (at - channel) / p.channels;
    argmax[pixel * quads + Math.floor(channel / 4)]! += offset * 256 ** (channel % 4);
  }
  return argmax;
}

/** dx: each window hands its dy to the element that it took. */
export function maxPool2dInputGradReference(p: MaxPool2dProblem, x: Float64Array, dy: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.channels);
  const magnitude = new Float64Array(value.length);
  for (const { at, xAt } of maxima(p, x)) {
    value[xAt]! += dy[at]!;
    magnitude[xAt]! += Math.abs(dy[at]!);
  }
  return { value, magnitude, terms: Math.ceil(p.kernel / p.stride) ** 2 };
}

/** For every output: its index, the index of its maximum in x and that one's offset within the window. */
function* maxima(p: MaxPool2dProblem, x: Float64Array): Generator<{ at: number; xAt: number; offset: number }> {
  let at = 0;
  for (let n = 0; n < p.batch; n++)
    for (let ho = 0; ho < p.outHeight; ho++)
      for (let wo = 0; wo < p.outWidth; wo++)
        for (let c = 0; c < p.channels; c++) {
          let best: { xAt: number; offset: number } | undefined;
          for (let kh = 0; kh < p.kernel; kh++)
            for (let kw = 0; kw < p.kernel; kw++) {
              const h = ho * p.stride + kh - p.padding;
              const w = wo * p.stride + kw - p.padding;
              if (h < 0 || h >= p.height || w < 0 || w >= p.width) continue;
              const xAt = ((n * p.height + h) * p.width + w) * p.channels + c;
              if (!best || x[xAt]! > x[best.xAt]! || Number.isNaN(x[xAt]!)) best = { xAt, offset: kh * p.kernel + kw };
            }
          if (!best) throw new RangeError(`max pooling: the window of output ${at} lies outside the image`);
          yield { at: at++, ...best };
        }
}
