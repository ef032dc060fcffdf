import type { Size } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";
import { roundHalfToEven } from "./roundHalfToEven.ts";

/**
 * The shape of a label over the bins of an axis:
 * - "gaussian": exp(−d²/2σ²) with its peak at the key point, or, `rounded` as published (mmpose), at the nearest bin: up to half a bin off;
 * - "standard": 1 − smoothing at the nearest bin, the rest spread over all others (Li et al. 2022, §3.2).
 */
export type SimccLabels =
  | { readonly kind: "gaussian" /** Over x and over y, in bins. */; readonly sigma: readonly [number, number]; readonly rounded: boolean }
  | { readonly kind: "standard" /** 0 … 1. */; readonly smoothing: number };

/** How key points become vectors of bins. */
export interface EncodeSimccOptions {
  /** Size of the network input, in whose pixels the key points are. */
  readonly input: Size;
  /** Bins a pixel. */
  readonly splitRatio: number;
  readonly labels: SimccLabels;
  /** [k], multiplies the mask. Default 1. */
  readonly jointWeights?: readonly number[];
}

/** The targets of one person; a masked joint's vectors are all zero. */
export interface EncodedSimcc {
  /** [k, round(width · splitRatio)] */
  readonly x: Float32Array;
  /** [k, round(height · splitRatio)] */
  readonly y: Float32Array;
  /** [k], the joint's weight where it teaches, 0 where it is unlabelled (v = 0) or outside. */
  readonly mask: Float32Array;
}

/**
 * Labels over x and over y (SimCC, Li et al. 2022). Key points [k·3] (x, y in input pixels, COCO visibility) → x [k, bins], y [k, bins], mask [k].
 * A joint is outside when 3σ about it (gaussian), or its bin (standard), lies off either axis. Peaks are 1, not normalised, as RTMPose has them.
 * Source: mmpose, codecs/simcc_label.py.
 * @throws KeypointsError when the array is no sequence of triplets, or joint weights are not one a joint; RangeError when a size, ratio, sigma or
 * smoothing is out of range.
 */
export function encodeSimcc(keypoints: ArrayLike<number>, options: EncodeSimccOptions): EncodedSimcc {
  const { input, splitRatio, labels, jointWeights } = options;
  const joints = assertKeypoints("encodeSimcc", keypoints, jointWeights?.length);
  const widths = labels.kind === "gaussian" ? labels.sigma : [];
  if (![input.width, input.height, splitRatio, ...widths].every((value) => value > 0 && Number.isFinite(value))) {
    throw new RangeError(`encodeSimcc: sizes, splitRatio and sigma must be positive; got ${JSON.stringify({ input, splitRatio, labels })}`);
  }
  if (labels.kind === "standard" && !(labels.smoothing >= 0 && labels.smoothing < 1)) {
    throw new RangeError(`encodeSimcc: smoothing must be at least 0 and below 1; got ${labels.smoothing}`);
  }
  const [xBins, yBins] = [simccBins(input.width, splitRatio), simccBins(input.height, splitRatio)];
  const x = new Float32Array(joints * xBins);
  const y = new Float32Array(joints * yBins);
  const mask = new Float32Array(joints);
  for (let k = 0; k < joints; k++) {
    if (!(keypoints[k * 3 + 2]! > 0)) continue;
    const [column, row] = [
      labelOf(labels, 0, keypoints[k * 3]! * splitRatio, xBins),
      labelOf(labels, 1, keypoints[k * 3 + 1]! * splitRatio, yBins),
    ];
    if (!column || !row) continue;
    mask[k] = jointWeights?.[k] ?? 1;
    x.set(column, k * xBins);
    y.set(row, k * yBins);
  }
  return { x, y, mask };
}

/** Bins of an axis of so many pixels. */
export function simccBins(pixels: number, splitRatio: number): number {
  return roundHalfToEven(pixels * splitRatio);
}

/** The label of a key point at `position` (in bins); null where it is outside. */
function labelOf(labels: SimccLabels, axis: 0 | 1, position: number, bins: number): Float64Array | null {
  const bin = roundHalfToEven(position);
  if (labels.kind === "standard") {
    if (!(bin >= 0 && bin < bins)) return null;
    const values = new Float64Array(bins).fill(bins > 1 ? labels.smoothing / (bins - 1) : 0);
    values[bin] = 1 - labels.smoothing;
    return values;
  }
  const sigma = labels.sigma[axis];
  const center = labels.rounded ? bin : position;
  const outside = !(center - 3 * sigma < bins && center + 3 * sigma + 1 >= 0);
  return outside ? null : Float64Array.from({ length: bins }, (_, i) => Math.exp(-((i - center) ** 2) / (2 * sigma ** 2)));
}
