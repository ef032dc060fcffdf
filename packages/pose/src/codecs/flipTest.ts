import { KeypointsError } from "../keypoints.ts";

/**
 * Heatmaps [n,h,w,k] of mirrored crops as if they were of the crops: mirrored back, joints in their places (`permutation`, as `flipPermutation` gives
 * it). Its own inverse, but for `shift`: one cell to the right, the first column twice.
 *
 * A mirrored pixel x is w − 1 − x. Where a cell is w/w' pixels ("msra", "unbiased"), mirroring cells leaves it 1 − w'/w cells (¾ at stride 4) to the left
 * of where it belongs, and the shift brings it to w'/w (¼) right of that; "udp", whose ends are cells, needs none.
 * Source: HRNet, lib/utils/transforms.py `flip_back`, lib/core/function.py (SHIFT_HEATMAP).
 * @throws KeypointsError when the values are no rows of `width` cells of so many joints.
 */
export function unflipHeatmaps(heatmaps: Float32Array, width: number, permutation: readonly number[], shift: boolean): Float32Array {
  const joints = permutation.length;
  const rows = heatmaps.length / (width * joints);
  assertWhole("unflipHeatmaps", heatmaps, rows, `rows of ${width} cells of ${joints} joints`);
  const result = new Float32Array(heatmaps.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + (width - 1 - (shift ? Math.max(0, column - 1) : column))) * joints;
      for (let k = 0; k < joints; k++, at++) result[at] = heatmaps[from + permutation[k]!]!;
    }
  }
  return result;
}

/**
 * SimCC vectors [n,k,bins] of mirrored crops as if they were of the crops: joints in their places, and the bins of x, where `reversed`, from the last to
 * the first. As published; a mirrored bin lands (ratio − 1) / ratio pixels left of where it belongs, half a pixel at 2 bins a pixel.
 * Source: mmpose, models/utils/tta.py `flip_vectors`.
 * @throws KeypointsError when the values are no vectors of so many joints.
 */
export function unflipVectors(vectors: Float32Array, bins: number, permutation: readonly number[], reversed: boolean): Float32Array {
  const joints = permutation.length;
  const samples = vectors.length / (bins * joints);
  assertWhole("unflipVectors", vectors, samples, `vectors of ${bins} bins of ${joints} joints`);
  const result = new Float32Array(vectors.length);
  for (let n = 0; n < samples; n++) {
    for (let k = 0; k < joints; k++) {
      const vector = vectors.slice((n * joints + permutation[k]!) * bins, (n * joints + permutation[k]! + 1) * bins);
      result.set(reversed ? vector.reverse() : vector, (n * joints + k) * bins);
    }
  }
  return result;
}

/** The mean of two outputs, value by value. */
export function meanOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => (value + b[i]!) / 2);
}

/** RGBA crops, rows of `width` pixels, seen in a mirror. */
export function mirrorImage(rgba: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const mirrored = new Uint8Array(rgba.length);
  for (let row = 0; row < rgba.length; row += 4 * width) {
    for (let column = 0; column < width; column++) {
      const from = row + 4 * (width - 1 - column);
      mirrored.set(rgba.subarray(from, from + 4), row + 4 * column);
    }
  }
  return mirrored;
}

function assertWhole(caller: string, values: Float32Array, count: number, what: string): void {
  if (!Number.isInteger(count)) throw new KeypointsError(`${caller}: expected ${what}; got ${values.length} values`);
}
