import { coco17 } from "../skeletons/coco17.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import type { OpenPosePerson } from "./groupPeaks.ts";

/** A person as COCO's results files have it. */
export interface CocoPerson {
  /** [51], `coco17`: x, y in pixels of the image and the peak; zeros for a joint that was not found. */
  readonly keypoints: Float64Array;
  readonly score: number;
}

/**
 * A person found on maps that cover the image with `scale` of its pixels to one of theirs, with COCO's joints: the neck is left out, positions
 * are those of pixels' middles (+½), and the score is multiplied by the number of joints less one.
 * Source: Lightweight OpenPose, val.py `convert_to_coco_format`; the third value of a joint is 1 there.
 */
export function cocoOfOpenPose({ keypoints, score, count }: OpenPosePerson, scale: readonly [x: number, y: number] = [1, 1]): CocoPerson {
  const joints = coco17.joints.flatMap((name) => {
    const at = 3 * openpose18.joints.indexOf(name);
    const [x, y, peak] = [keypoints[at]!, keypoints[at + 1]!, keypoints[at + 2]!];
    return peak > 0 ? [(x + 0.5) * scale[0], (y + 0.5) * scale[1], peak] : [0, 0, 0];
  });
  return { keypoints: Float64Array.from(joints), score: score * Math.max(0, count - 1) };
}
