import { assertKeypoints } from "../keypoints.ts";
import type { Skeleton } from "./skeleton.ts";

/**
 * For each joint of `to` the indices of the joints of `from` that it is made of: the one of the same name; else those whose mean it is by `to.means`
 * (OpenPose's neck is the middle of the shoulders) where all are there; else none. A teacher's heatmap channels are put in a student's order by it.
 */
export function jointMap(from: Skeleton, to: Skeleton): readonly (readonly number[])[] {
  return to.joints.map((joint) => {
    const same = from.joints.indexOf(joint);
    if (same >= 0) return [same];
    const parts = (to.means?.[joint] ?? []).map((part) => from.joints.indexOf(part));
    return parts.includes(-1) ? [] : parts;
  });
}

/**
 * Key points of one skeleton as those of another, by name (see {@link jointMap}); k·[x, y, v] → m·[x, y, v]. A joint that `from` lacks is not labelled (0, 0, 0);
 * a mean has the least visibility or score of its parts, and is not labelled where one of them is not.
 * @throws KeypointsError when the key points are not those of `from`.
 */
export function mapKeypoints(keypoints: ArrayLike<number>, from: Skeleton, to: Skeleton): Float64Array {
  assertKeypoints("mapKeypoints", keypoints, from.joints.length);
  const mapped = new Float64Array(3 * to.joints.length);
  for (const [joint, parts] of jointMap(from, to).entries()) {
    const least = parts.length === 0 ? 0 : Math.min(...parts.map((part) => keypoints[3 * part + 2]!));
    if (!(least > 0) && parts.length !== 1) continue;
    for (const part of parts) {
      mapped[3 * joint]! += keypoints[3 * part]! / parts.length;
      mapped[3 * joint + 1]! += keypoints[3 * part + 1]! / parts.length;
    }
    mapped[3 * joint + 2] = least;
  }
  return mapped;
}
