import type { Box } from "../boxes/box.ts";

/** (2σ)² of each joint: what the squared distance is measured by, beside the area. */
export function oksVariances(sigmas: readonly number[]): Float64Array {
  return Float64Array.from(sigmas, (sigma) => (2 * sigma) ** 2);
}

/** The part of a person that {@link oks} reads. */
export interface OksReference {
  /** [k·3]: x, y, v. */
  readonly keypoints: ArrayLike<number>;
  readonly box: Box;
  /** Pixels². */
  readonly area: number;
}

/**
 * Object key point similarity, 0–1: the mean of exp(−d² / (2·area·(2σ)²)) over the labelled joints. For a person without one, d is the
 * distance from the box grown to three times its size (COCO's "doubled"), over all joints. A joint that is no number has similarity 0.
 * Source: pycocotools, cocoeval.py, `computeOks`; its order of operations.
 */
export function oks(truth: OksReference, keypoints: ArrayLike<number>, variances: ArrayLike<number>): number {
  let sum = 0;
  let labels = 0;
  for (let k = 0; k < variances.length; k++) {
    if (!(truth.keypoints[k * 3 + 2]! > 0)) continue;
    labels++;
    sum += keypointSimilarity(truth, keypoints, variances, k);
  }
  return labels > 0 ? sum / labels : similarityToBox(truth, keypoints, variances);
}

/** The term of one joint in {@link oks}: exp(−d² / (2·area·(2σ)²)), whether or not it is labelled. */
export function keypointSimilarity(
  { keypoints: truth, area }: Pick<OksReference, "keypoints" | "area">,
  keypoints: ArrayLike<number>,
  variances: ArrayLike<number>,
  joint: number,
): number {
  const dx = keypoints[joint * 3]! - truth[joint * 3]!;
  const dy = keypoints[joint * 3 + 1]! - truth[joint * 3 + 1]!;
  return similarity(dx * dx + dy * dy, variances[joint]!, area);
}

function similarityToBox({ box, area }: OksReference, keypoints: ArrayLike<number>, variances: ArrayLike<number>): number {
  const [left, right] = [box.x - box.width, box.x + box.width * 2];
  const [top, bottom] = [box.y - box.height, box.y + box.height * 2];
  let sum = 0;
  for (let k = 0; k < variances.length; k++) {
    const x = keypoints[k * 3]!;
    const y = keypoints[k * 3 + 1]!;
    const dx = Math.max(0, left - x) + Math.max(0, x - right);
    const dy = Math.max(0, top - y) + Math.max(0, y - bottom);
    sum += similarity(dx * dx + dy * dy, variances[k]!, area);
  }
  return sum / variances.length;
}

function similarity(squaredDistance: number, variance: number, area: number): number {
  const value = Math.exp(-(squaredDistance / variance / (area + Number.EPSILON) / 2));
  return Number.isNaN(value) ? 0 : value; // pycocotools would match a detection that is no number with anything
}
