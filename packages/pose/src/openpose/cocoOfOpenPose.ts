import { coco17 } from "../skeletons/coco17.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { type Skeleton, SkeletonError } from "../skeletons/skeleton.ts";
import type { OpenPosePerson } from "./groupPeaks.ts";

/** A person as COCO's results files have it. */
export interface CocoPerson {
  /** [k·3] of the skeleton: x, y in pixels of the image and the peak; zeros for a joint that was not found. */
  readonly keypoints: Float64Array;
  readonly score: number;
}

/** Where a person was found, and as what it is wanted. */
export interface CocoOfOpenPoseOptions {
  /** Pixels of the image to one of the maps; 1 by default. */
  readonly scale?: readonly [x: number, y: number];
  /** COCO's by default, which has no neck. */
  readonly skeleton?: Skeleton;
}

/**
 * A person found on maps, with the joints of another skeleton, by their names: positions are those of pixels' middles (+½), and the score is
 * multiplied by the number of joints less one.
 * Source: Lightweight OpenPose, val.py `convert_to_coco_format`; the third value of a joint is 1 there.
 * @throws SkeletonError for a skeleton with a joint that OpenPose has not.
 */
export function cocoOfOpenPose({ keypoints, score, count }: OpenPosePerson, options: CocoOfOpenPoseOptions = {}): CocoPerson {
  const { scale = [1, 1], skeleton = coco17 } = options;
  const joints = skeleton.joints.flatMap((name) => {
    const at = 3 * openpose18.joints.indexOf(name);
    if (at < 0) throw new SkeletonError(`skeleton ${skeleton.name}: OpenPose's networks do not find its ${name}`);
    const [x, y, peak] = [keypoints[at]!, keypoints[at + 1]!, keypoints[at + 2]!];
    return peak > 0 ? [(x + 0.5) * scale[0], (y + 0.5) * scale[1], peak] : [0, 0, 0];
  });
  return { keypoints: Float64Array.from(joints), score: score * Math.max(0, count - 1) };
}
