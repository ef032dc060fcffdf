import { pairwiseSum } from "./pairwiseSum.ts";

/** How a person's score is made of its box's and its key points': the names are mmpose's. */
export type PoseScoreMode = "bbox" | "bbox_keypoint" | "bbox_rle";

/**
 * Score of a detected person. `bbox`: the box's. `bbox_keypoint` (HRNet, mmpose): the box's times the mean of the key points' scores that
 * are above the threshold, 0 where none is. `bbox_rle` (mmpose): the box's + mean + maximum of the key points'.
 * Rounding decides which persons have equal scores, so it is mmpose's: the first adds one score after another, the second takes numpy's
 * mean of float32. Source: mmpose, evaluation/metrics/coco_metric.py.
 * @param keypoints [k·3]: x, y, score.
 */
export function poseScore(mode: PoseScoreMode, box: number, keypoints: ArrayLike<number>, threshold = 0.2): number {
  const scores = Array.from({ length: keypoints.length / 3 }, (_, k) => keypoints[k * 3 + 2]!);
  switch (mode) {
    case "bbox":
      return box;
    case "bbox_keypoint": {
      const counted = scores.filter((score) => score > threshold);
      return counted.length > 0 ? box * (counted.reduce((sum, score) => sum + score, 0) / counted.length) : 0;
    }
    case "bbox_rle":
      return box + Math.fround(pairwiseSum(Float32Array.from(scores)) / scores.length) + Math.max(...scores);
    default:
      return mode satisfies never;
  }
}
