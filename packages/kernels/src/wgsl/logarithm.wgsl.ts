import { largestFloat } from "../wgsl.ts";

/**
 * WGSL `logarithm(x)`, ln x for an f32, or for the vectors or alias that `type` names, −∞ at 0, NaN below: log() of 0 is −88 on SwiftShader, that
 * of NaN a number, and that of a negative one whatever the adapter likes.
 */
export function logarithm(type = "f32"): string {
  return `fn logarithm(x: ${type}) -> ${type} {
  let finite = select(log(x), x, !(x <= ${type}(${largestFloat})));
  return select(select(finite, -1.0 / abs(x), x == ${type}(0.0)), sqrt(x), x < ${type}(0.0));
}
`;
}

/**
 * WGSL `logOnePlus(v)`, ln(1 + v) for v ≥ 0; calls {@link logarithm}. Up to 1, where the sum would lose digits of v, it is 2 artanh(v / (2 + v)) by
 * its series: what is left out is below 3⁻¹⁶ / 17 of it.
 */
export function logOnePlus(type = "f32"): string {
  return `fn logOnePlus(v: ${type}) -> ${type} {
  let s = v / (2.0 + v);
  let z = s * s;
  let series = 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0
    + z / 15.0)))))));
  return select(series, logarithm(1.0 + v), v > ${type}(1.0));
}
`;
}
