import { oksVariances } from "./oks.ts";
import { keypointExtent, type PoseDetection } from "./oksTruth.ts";

/** How near detections of one image may be to each other. */
export interface PoseNmsOptions {
  /** [k] σ of each joint. */
  readonly sigmas: readonly number[];
  /** OKS between detections. HRNet and mmpose: 0.9. */
  readonly threshold: number;
  /** Of {@link softOksNms}: the most that are kept. Default 20. */
  readonly limit?: number;
}

/** What is compared: a detection's key points, score and, where it says so, area. */
export type RankedPose = Pick<PoseDetection, "keypoints" | "score" | "area">;

/**
 * Indices of the detections that are kept, the best first: each removes all that are more similar to it than the threshold. Of equal
 * scores the later comes first, as numpy's `argsort()[::-1]` has it. Source: mmpose, evaluation/functional/nms.py, `oks_nms`.
 */
export function oksNms(detections: readonly RankedPose[], { sigmas, threshold }: PoseNmsOptions): number[] {
  const similarity = similarityBetween(detections, sigmas);
  const kept: number[] = [];
  let rest = byScore(
    detections.map((_, i) => i),
    (i) => detections[i]!.score,
  );
  while (rest.length > 0) {
    const [best, ...others] = rest as [number, ...number[]]; // not empty
    kept.push(best);
    rest = others.filter((other) => similarity(best, other) <= threshold);
  }
  return kept;
}

/**
 * Indices of the detections that are kept, the best first: none is removed, but each lowers the rank of those similar to it by
 * exp(−OKS² / threshold), and the limit cuts what is left. Their scores stay as they are. Source: as above, `soft_oks_nms`.
 */
export function softOksNms(detections: readonly RankedPose[], { sigmas, threshold, limit = 20 }: PoseNmsOptions): number[] {
  const similarity = similarityBetween(detections, sigmas);
  const scores = detections.map(({ score }) => score);
  const kept: number[] = [];
  let rest = byScore(
    detections.map((_, i) => i),
    (i) => scores[i]!,
  );
  while (rest.length > 0 && kept.length < limit) {
    const [best, ...others] = rest as [number, ...number[]]; // not empty
    kept.push(best);
    for (const other of others) scores[other]! *= Math.exp(-(similarity(best, other) ** 2) / threshold);
    rest = byScore(others, (i) => scores[i]!);
  }
  return kept;
}

/** OKS of two detections: over all joints, whatever their scores, relative to the mean of both areas. */
function similarityBetween(detections: readonly RankedPose[], sigmas: readonly number[]): (a: number, b: number) => number {
  const variances = oksVariances(sigmas);
  const areas = detections.map(({ keypoints, area }) => area ?? keypointExtent(keypoints));
  return (a, b) => {
    const [p, q] = [detections[a]!.keypoints, detections[b]!.keypoints];
    const area = (areas[a]! + areas[b]!) / 2 + Number.EPSILON;
    let sum = 0;
    for (let k = 0; k < variances.length; k++) {
      const [dx, dy] = [q[k * 3]! - p[k * 3]!, q[k * 3 + 1]! - p[k * 3 + 1]!];
      sum += Math.exp(-((dx * dx + dy * dy) / variances[k]! / area / 2));
    }
    return sum / variances.length;
  };
}

/** Highest first; of equal ones those behind in the list first. */
function byScore(indices: readonly number[], score: (index: number) => number): number[] {
  return [...indices].reverse().sort((a, b) => score(b) - score(a));
}
