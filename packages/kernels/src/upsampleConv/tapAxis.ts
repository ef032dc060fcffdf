/**
 * One axis of an up-sampled 3-tap convolution: x [outer, size, inner, pixelChannels], whose pixels hold the `channels` values of tap 0, those of
 * tap 1, those of tap 2, and padding; y [outer, outSize, inner, channels], the sum of the interpolated taps.
 */
export type TapAxisProblem = {
  readonly outer: number;
  readonly size: number;
  readonly outSize: number;
  readonly inner: number;
  readonly channels: number;
  readonly pixelChannels: number;
};

/**
 * Uniform fields of both directions. Up-sampled pixel p reads x at (p · step + offset) / unit, kept within 0 … size − 1: PyTorch's
 * (p + ½) · size / outSize − ½ in integers, so that forward and backward agree to the bit on which pixels touch which.
 */
export const tapAxisUniforms = {
  outer: "u32",
  size: "u32",
  outSize: "u32",
  inner: "u32",
  channels: "u32",
  pixelChannels: "u32",
  step: "i32",
  offset: "i32",
  unit: "i32",
} as const;

/** Uniforms of an axis. */
export function tapAxisValues(p: TapAxisProblem): { readonly [K in keyof typeof tapAxisUniforms]: number } {
  const { outer, size, outSize, inner, channels, pixelChannels } = p;
  return { outer, size, outSize, inner, channels, pixelChannels, step: 2 * size, offset: size - outSize, unit: 2 * outSize };
}

/** Elements of the taps, and of their sum. */
export function tapAxisSizes(p: TapAxisProblem): { readonly taps: number; readonly sums: number } {
  return { taps: p.outer * p.size * p.inner * p.pixelChannels, sums: p.outer * p.outSize * p.inner * p.channels };
}

/** Whether every tap is whole vec4. */
export function tapsAreVectors(p: TapAxisProblem): boolean {
  return p.channels % 4 === 0 && p.pixelChannels % 4 === 0;
}
