import { mapKeypoints } from "../skeletons/mapJoints.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { type Skeleton, SkeletonError } from "../skeletons/skeleton.ts";

/**
 * Key points [k·3] of a skeleton as those of `openpose18`, [54], by the joints' names: the neck, where the skeleton has none, is the middle of
 * the shoulders where both are labelled, and visible where both are. Other joints that the skeleton lacks are not labelled.
 * Source: Lightweight OpenPose, datasets/transformations.py `ConvertKeypoints`.
 * @throws SkeletonError for a skeleton without shoulders, whose persons cannot be grouped.
 */
export function openPoseKeypoints(keypoints: ArrayLike<number>, skeleton: Skeleton): Float64Array {
  const lacking = ["left_shoulder", "right_shoulder"].find((name) => !skeleton.joints.includes(name));
  if (lacking !== undefined) throw new SkeletonError(`skeleton ${skeleton.name}: has no ${lacking}, which OpenPose's limbs begin at`);
  return mapKeypoints(keypoints, skeleton, openpose18);
}
