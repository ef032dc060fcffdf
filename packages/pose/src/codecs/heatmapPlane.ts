import type { Size } from "../boxes/box.ts";

/** One joint's heatmap, row by row. */
export interface HeatmapPlane extends Size {
  readonly values: Float64Array;
}

/** A place in a heatmap, in cells, and the value there. */
export interface HeatmapPeak {
  readonly x: number;
  readonly y: number;
  readonly score: number;
}

/** Joint k of heatmaps [h, w, joints]. */
export function planeOf(heatmaps: ArrayLike<number>, { width, height }: Size, joints: number, k: number): HeatmapPlane {
  const values = new Float64Array(width * height);
  for (let i = 0, at = k; i < values.length; i++, at += joints) values[i] = heatmaps[at]!;
  return { width, height, values };
}

/** The first maximum in row order. */
export function firstMaximum({ width, values }: HeatmapPlane): HeatmapPeak {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return { x: best % width, y: Math.floor(best / width), score: values[best]! };
}

/**
 * Blurred by a Gaussian (rows and columns by the same kernel, nothing outside) and scaled to the maximum that it had before.
 * Source: mmpose, codecs/utils/post_processing.py `gaussian_blur`.
 */
export function blurPlane({ width, height, values }: HeatmapPlane, kernel: readonly number[]): HeatmapPlane {
  const rows = convolve(values, kernel, { length: width, stride: 1, lines: height, lineStride: width });
  const both = convolve(rows, kernel, { length: height, stride: width, lines: width, lineStride: 1 });
  return { width, height, values: scaledTo(maximumOf(values), both) };
}

/** The same of a vector. */
export function blurVector(values: Float64Array, kernel: readonly number[]): Float64Array {
  return scaledTo(maximumOf(values), convolve(values, kernel, { length: values.length, stride: 1, lines: 1, lineStride: 0 }));
}

interface Lines {
  readonly length: number;
  readonly stride: number;
  readonly lines: number;
  readonly lineStride: number;
}

/** Each line convolved with a symmetric kernel, zeros outside. */
function convolve(values: Float64Array, kernel: readonly number[], { length, stride, lines, lineStride }: Lines): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const result = new Float64Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStride;
    for (let at = 0; at < length; at++) {
      let sum = 0;
      const [from, to] = [Math.max(0, at - radius), Math.min(length - 1, at + radius)];
      for (let i = from; i <= to; i++) sum += values[start + i * stride]! * kernel[i - at + radius]!;
      result[start + at * stride] = sum;
    }
  }
  return result;
}

function scaledTo(maximum: number, values: Float64Array): Float64Array {
  const scale = maximum / maximumOf(values);
  return values.map((value) => value * scale);
}

function maximumOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value));
}
