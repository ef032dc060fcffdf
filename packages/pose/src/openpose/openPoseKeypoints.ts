import { assertKeypoints } from "../keypoints.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { type Skeleton, SkeletonError } from "../skeletons/skeleton.ts";

/**
 * Key points [k·3] of a skeleton as those of `openpose18`, [54], by the joints' names: the neck, where the skeleton has none, is the middle of
 * the shoulders where both are labelled, and visible where both are. Other joints that the skeleton lacks are not labelled.
 * Source: Lightweight OpenPose, datasets/transformations.py `ConvertKeypoints`.
 * @throws SkeletonError for a skeleton without shoulders, whose persons cannot be grouped.
 */
export function openPoseKeypoints(keypoints: ArrayLike<number>, skeleton: Skeleton): Float64Array {
  assertKeypoints("openPoseKeypoints", keypoints, skeleton.joints.length);
  const joint = (name: string): readonly [number, number, number] => {
    const at = 3 * skeleton.joints.indexOf(name);
    return at < 0 ? [0, 0, 0] : [keypoints[at]!, keypoints[at + 1]!, keypoints[at + 2]!];
  };
  const shoulders = ["left_shoulder", "right_shoulder"];
  const lacking = shoulders.find((name) => !skeleton.joints.includes(name));
  if (lacking !== undefined) throw new SkeletonError(`skeleton ${skeleton.name}: has no ${lacking}, which OpenPose's limbs begin at`);
  const [[leftX, leftY, left], [rightX, rightY, right]] = [joint(shoulders[0]!), joint(shoulders[1]!)];
  const middle = left > 0 && right > 0 ? [(leftX + rightX) / 2, (leftY + rightY) / 2, Math.min(left, right)] : [0, 0, 0];
  return Float64Array.from(
    openpose18.joints.flatMap((name) => (name === "neck" && !skeleton.joints.includes(name) ? middle : joint(name))),
  );
}
