import { type Affine, transformKeypoints } from "../boxes/affine.ts";

/** What the vectors are of, and where the key points shall lie. */
export interface DecodeSimccOptions {
  /** Number of joints, the first axis of both vectors. */
  readonly joints: number;
  /** Bins a pixel of the network input. */
  readonly splitRatio: number;
  /** Network input → image, the inverse of the crop; the result is then in image pixels. */
  readonly toImage?: Affine;
}

/**
 * Key points [k·3] (x, y, score) of SimCC vectors over x [k, bins] and over y [k, bins]: the first maximum of each, divided by the split ratio, in
 * pixels of the network input unless `toImage` is given. The score is the smaller of the two maxima; where it is not above 0 no bin is believed, and
 * the joint lies at bin (−1, −1). Source: mmpose, codecs/simcc_label.py `decode` and codecs/utils/post_processing.py `get_simcc_maximum`.
 * @throws RangeError when a vector has not as many bins for each joint, or the split ratio is not positive.
 */
export function decodeSimcc(x: ArrayLike<number>, y: ArrayLike<number>, { joints, splitRatio, toImage }: DecodeSimccOptions): Float64Array {
  if (!(splitRatio > 0)) throw new RangeError(`decodeSimcc: the split ratio must be positive, not ${splitRatio}`);
  const [xBins, yBins] = [binsOf("x", x, joints), binsOf("y", y, joints)];
  const keypoints = new Float64Array(joints * 3);
  for (let k = 0; k < joints; k++) {
    const [column, row] = [firstMaximum(x, k * xBins, xBins), firstMaximum(y, k * yBins, yBins)];
    const score = Math.min(column.value, row.value);
    const at = score > 0 ? [column.bin, row.bin] : [-1, -1];
    keypoints.set([at[0]! / splitRatio, at[1]! / splitRatio, score], k * 3);
  }
  return toImage ? transformKeypoints(toImage, keypoints) : keypoints;
}

function binsOf(axis: string, vectors: ArrayLike<number>, joints: number): number {
  const bins = vectors.length / joints;
  if (bins >= 1 && Number.isInteger(bins)) return bins;
  throw new RangeError(`decodeSimcc: ${axis} must be [k, bins] with ${joints} joints; got ${vectors.length} values`);
}

function firstMaximum(vectors: ArrayLike<number>, first: number, bins: number): { readonly bin: number; readonly value: number } {
  let best = 0;
  for (let bin = 1; bin < bins; bin++) if (vectors[first + bin]! > vectors[first + best]!) best = bin;
  return { bin: best, value: vectors[first + best]! };
}
