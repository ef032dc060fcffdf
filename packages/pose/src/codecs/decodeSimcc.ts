import { type Affine, transformKeypoints } from "../boxes/affine.ts";
import { gaussianKernel, simccKernelSize } from "./gaussianKernel.ts";
import { blurVector } from "./heatmapPlane.ts";

/** How a key point is read from its vectors: the first maximum's bin, or the maximum of the Gaussian that the blurred vector is. */
export type SimccDecoding = (typeof simccDecodings)[number];

/** Both of them. */
export const simccDecodings = ["argmax", "dark"] as const;

/** What the vectors are of, and where the key points shall lie. */
export interface DecodeSimccOptions {
  /** Number of joints, the first axis of both vectors. */
  readonly joints: number;
  /** Bins a pixel of the network input. */
  readonly splitRatio: number;
  /** Network input → image, the inverse of the crop; the result is then in image pixels. */
  readonly toImage?: Affine;
  /** Default "argmax". */
  readonly decoding?: SimccDecoding;
  /** Of the labels that the vectors were trained with, over x and over y, in bins: decides DARK's blur. Default: RTMPose's, `simccSigma`. */
  readonly sigma?: readonly [number, number];
  /** Which of the two maxima is the score: the smaller (mmpose, the default) or the larger (Li et al. 2022). */
  readonly score?: "min" | "max";
}

/**
 * Key points [k·3] (x, y, score) of SimCC vectors over x [k, bins] and over y [k, bins]: the place of each maximum, divided by the split ratio, in
 * pixels of the network input unless `toImage` is given. Where the score is not above 0 no bin is believed, and the joint lies at bin (−1, −1).
 * Source: mmpose, codecs/simcc_label.py `decode`, codecs/utils/post_processing.py `get_simcc_maximum`, codecs/utils/refinement.py `refine_simcc_dark`.
 * @throws RangeError when a vector has not as many bins for each joint, or the split ratio is not positive.
 */
export function decodeSimcc(x: ArrayLike<number>, y: ArrayLike<number>, options: DecodeSimccOptions): Float64Array {
  const { joints, splitRatio, toImage, decoding = "argmax", score: which = "min" } = options;
  if (!(splitRatio > 0)) throw new RangeError(`decodeSimcc: the split ratio must be positive, not ${splitRatio}`);
  const axes = [vectorsOf("x", x, joints), vectorsOf("y", y, joints)] as const;
  const kernels = axes.map(({ bins }, axis) => gaussianKernel(simccKernelSize(options.sigma?.[axis] ?? simccSigma(bins / splitRatio))));
  const keypoints = new Float64Array(joints * 3);
  for (let k = 0; k < joints; k++) {
    const [column, row] = axes.map(({ values, bins }) => firstMaximum(values, k * bins, bins)) as [Maximum, Maximum]; // two in, two out
    const score = Math[which](column.value, row.value);
    const at = score > 0 ? [column.bin, row.bin] : [-1, -1];
    if (score > 0 && decoding === "dark") {
      for (const [axis, { values, bins }] of axes.entries()) at[axis] = refined(sliceOf(values, k * bins, bins), kernels[axis]!, at[axis]!);
    }
    keypoints.set([at[0]! / splitRatio, at[1]! / splitRatio, score], k * 3);
  }
  return toImage ? transformKeypoints(toImage, keypoints) : keypoints;
}

/** RTMPose's standard deviation of labels for an axis of so many pixels, in bins at 2 a pixel: 4.9 for 192, 5.66 for 256. */
export function simccSigma(pixels: number): number {
  return Math.sqrt(pixels / 8);
}

interface Maximum {
  readonly bin: number;
  readonly value: number;
}

function vectorsOf(axis: string, values: ArrayLike<number>, joints: number): { readonly values: ArrayLike<number>; readonly bins: number } {
  const bins = values.length / joints;
  if (bins >= 1 && Number.isInteger(bins)) return { values, bins };
  throw new RangeError(`decodeSimcc: ${axis} must be [k, bins] with ${joints} joints; got ${values.length} values`);
}

function sliceOf(values: ArrayLike<number>, first: number, bins: number): Float64Array {
  return Float64Array.from({ length: bins }, (_, i) => values[first + i]!);
}

function firstMaximum(vectors: ArrayLike<number>, first: number, bins: number): Maximum {
  let best = 0;
  for (let bin = 1; bin < bins; bin++) if (vectors[first + bin]! > vectors[first + best]!) best = bin;
  return { bin: best, value: vectors[first + best]! };
}

/**
 * One Newton step on the logarithm of the blurred vector; outside of it its ends go on. There the blur flattens a maximum until the published step leads
 * anywhere, hundreds of bins away: a step beyond the kernel's reach is not taken.
 */
function refined(values: Float64Array, kernel: readonly number[], bin: number): number {
  const smooth = blurVector(values, kernel);
  const f = (step: number): number => Math.log(Math.min(50, Math.max(1e-3, smooth[Math.min(values.length - 1, Math.max(0, bin + step))]!)));
  const slope = 0.5 * (f(1) - f(-1));
  const curvature = 1e-9 + 0.25 * (f(2) - 2 * f(0) + f(-2));
  const step = -slope / curvature;
  return Math.abs(step) <= (kernel.length - 1) / 2 ? bin + step : bin;
}
