import type { Axis } from "../reduce/axisRange.ts";
import type { Reference } from "../reference.ts";
import type { MapAgreementProblem } from "./mapAgreement.ts";

/** The largest value of each map of x [outer, length, inner] and the first place that it stands at; NaN is passed over. */
export function mapPeaksReference(
  { outer, length, inner }: Axis,
  x: Float64Array,
): { readonly peak: Reference; readonly place: Reference } {
  const [peak, place] = [new Float64Array(outer * inner), new Float64Array(outer * inner)];
  for (let map = 0; map < peak.length; map++) {
    peak[map] = -(2 - 2 ** -23) * 2 ** 127;
    for (let i = 0; i < length; i++) {
      const value = x[(Math.floor(map / inner) * length + i) * inner + (map % inner)]!;
      if (value > peak[map]!) [peak[map], place[map]] = [value, i];
    }
  }
  return { peak: exactly(peak), place: exactly(place) };
}

/** 1 where two places are at most `radius` cells apart or the mask is 0, else 0. */
export function mapAgreementReference(
  { width, radius }: MapAgreementProblem,
  a: Float64Array,
  b: Float64Array,
  mask: Float64Array,
): Reference {
  const apart = (i: number): number => Math.hypot((a[i]! % width) - (b[i]! % width), Math.floor(a[i]! / width) - Math.floor(b[i]! / width));
  return exactly(a.map((_, i) => (mask[i] === 0 || apart(i) <= radius ? 1 : 0)));
}

function exactly(value: Float64Array): Reference {
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}
