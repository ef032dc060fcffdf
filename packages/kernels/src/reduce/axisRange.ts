import { threadIndex } from "../kernel.ts";

/**
 * A tensor seen as [outer, length, inner] and reduced over `length`: heatmaps [n,h,w,k] over their pixels are [n, h·w, k], any tensor over its last
 * axis is [rows, length, 1].
 */
export type Axis = {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
};

/** A reduction over an axis in `splits` equal ranges. */
export type AxisProblem = Axis & { readonly splits: number };

/** Uniform fields of {@link AxisProblem}. */
export const axisUniforms = { outer: "u32", length: "u32", inner: "u32", splits: "u32" } as const;

/** Threads of a reduction: enough to fill a large GPU, few enough that adding their results takes no time. */
const busyThreads = 16_384;

/** How many ranges of at least `shortest` elements keep a device busy. */
export function axisSplits(outer: number, length: number, inner: number, shortest = 16): number {
  return Math.max(1, Math.min(Math.floor(busyThreads / (outer * inner)), Math.floor(length / shortest)));
}

/**
 * WGSL head: one thread per (split, outer, inner), neighbours along `inner`. Declares `index` (into partial results [splits, outer, inner]),
 * `map` (into [outer, inner]), and the range `start` … `end` of positions i, whose elements are at `base + i * step`; a position
 * that is a whole row of pixels has another `step` than u.inner.
 */
export function axisThread(step = "u.inner"): string {
  return `${threadIndex(64)}
  let maps = u.outer * u.inner;
  if (index >= u.splits * maps) { return; }
  let map = index % maps;
  let base = map / u.inner * u.length * ${step} + map % u.inner;
  let lengthPerSplit = (u.length + u.splits - 1u) / u.splits;
  let start = index / maps * lengthPerSplit;
  let end = min(u.length, start + lengthPerSplit);`;
}

/** Ranges of 16 elements, for kernels that write every element: long enough to pay for a thread's start, short enough to fill a large GPU. */
export function axisSlices(length: number): number {
  return Math.ceil(length / 16);
}

/** Elements of [outer, length, inner]. */
export function axisSize({ outer, length, inner }: Axis): number {
  return outer * length * inner;
}
