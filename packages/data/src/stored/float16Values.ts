/** The value of every binary16 number by its bits, made when first asked for: looking up is several times faster than widening bit by bit. */
export function float16Values(): Float32Array {
  values ??= Float32Array.from({ length: 0x10000 }, (_, half) => {
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent < 31
          ? (1 + fraction / 1024) * 2 ** (exponent - 15)
          : fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN;
    return half & 0x8000 ? -magnitude : magnitude;
  });
  return values;
}

let values: Float32Array | undefined;
