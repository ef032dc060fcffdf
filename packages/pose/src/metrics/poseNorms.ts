import type { Box } from "../boxes/box.ts";
import { assertKeypoints, KeypointsError } from "../keypoints.ts";
import type { Skeleton } from "../skeletons/skeleton.ts";

/** The usual norm of PCK, in pixels: the longer side of the person's box. */
export function boxNorm(box: Box): number {
  return Math.max(box.width, box.height);
}

/**
 * The norm of tPCK, in pixels: the distance from the left shoulder to the right hip, or 0 (which leaves the person out) when either has
 * no label. With `predicted`, the prediction's torso where the labelled one is below a pixel: mmpose's rule for JHMDB, which lets a
 * prediction choose its own measure; use it to compare with mmpose only.
 * @throws KeypointsError when the skeleton has no such joints.
 */
export function torsoNorm(truth: ArrayLike<number>, skeleton: Skeleton, predicted?: ArrayLike<number>): number {
  assertKeypoints("torsoNorm", truth, skeleton.joints.length);
  const [shoulder, hip] = ["left_shoulder", "right_hip"].map((joint) => {
    const index = skeleton.joints.indexOf(joint);
    if (index < 0) throw new KeypointsError(`torsoNorm: the skeleton ${skeleton.name} has no ${joint}; use the box as the norm`);
    return index;
  }) as [number, number]; // two of two
  if (!(truth[shoulder * 3 + 2]! > 0 && truth[hip * 3 + 2]! > 0)) return 0;
  const length = distanceBetween(truth, shoulder, hip);
  return length < 1 && predicted ? distanceBetween(predicted, shoulder, hip) : length;
}

/** The norm of PCKh, in pixels: 0.6 of the diagonal of MPII's head box. Source: HRNet, lib/dataset/mpii.py (SC_BIAS). */
export function headNorm(head: Box): number {
  return 0.6 * Math.hypot(head.width, head.height);
}

function distanceBetween(keypoints: ArrayLike<number>, a: number, b: number): number {
  return Math.hypot(keypoints[a * 3]! - keypoints[b * 3]!, keypoints[a * 3 + 1]! - keypoints[b * 3 + 1]!);
}
