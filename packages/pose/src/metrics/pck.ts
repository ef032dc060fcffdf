import type { Box } from "../boxes/box.ts";
import { assertKeypoints, KeypointsError } from "../keypoints.ts";
import type { Skeleton } from "../skeletons/skeleton.ts";

/** One person: what was predicted, what is true, and the length that errors are measured against. */
export interface PckSample {
  /** [k·3]: x, y, score; the score is not looked at. */
  readonly predicted: ArrayLike<number>;
  /** [k·3]: x, y, visibility, in the same pixels as the prediction; joints with v = 0 do not count. */
  readonly truth: ArrayLike<number>;
  /** Pixels (see boxNorm, torsoNorm). A sample whose norm is 0 or less does not count at all. */
  readonly norm: number;
}

/** Percentage of correct key points over a set, and joint by joint. */
export interface Pck {
  /** Fraction 0–1: the mean of `perJoint` over the joints that have labels, each joint weighing the same; 0 when none has. */
  readonly pck: number;
  /** [k] fraction of a joint's labels that were found; null where there is no label (mmpose writes −1). */
  readonly perJoint: readonly (number | null)[];
  /** [k] number of labels that counted. */
  readonly counts: readonly number[];
}

/**
 * Percentage of correct key points: a joint is found when ‖predicted − truth‖ / norm < threshold (strictly).
 * Source: mmpose, evaluation/functional/keypoint_eval.py `keypoint_pck_accuracy`.
 * @throws KeypointsError when the samples disagree about the number of joints; RangeError when the threshold is not positive.
 */
export function pck(samples: readonly PckSample[], threshold: number): Pck {
  if (!(threshold > 0)) throw new RangeError(`pck: the threshold must be above 0; got ${threshold}`);
  const joints = samples[0] ? assertKeypoints("pck", samples[0].truth) : 0;
  const counts = new Array<number>(joints).fill(0);
  const found = new Array<number>(joints).fill(0);
  for (const { predicted, truth, norm } of samples) {
    assertKeypoints("pck", truth, joints);
    assertKeypoints("pck", predicted, joints);
    if (!(norm > 0)) continue;
    for (let k = 0; k < joints; k++) {
      if (!(truth[k * 3 + 2]! > 0)) continue;
      counts[k]! += 1;
      const distance = Math.hypot((predicted[k * 3]! - truth[k * 3]!) / norm, (predicted[k * 3 + 1]! - truth[k * 3 + 1]!) / norm);
      if (distance < threshold) found[k]! += 1;
    }
  }
  const perJoint = counts.map((count, k) => (count > 0 ? found[k]! / count : null));
  const labelled = perJoint.filter((fraction) => fraction !== null);
  const sum = labelled.reduce((total, fraction) => total + fraction, 0);
  return { pck: labelled.length > 0 ? sum / labelled.length : 0, perJoint, counts };
}

/** The usual norm of PCK, in pixels: the longer side of the person's box. */
export function boxNorm(box: Box): number {
  return Math.max(box.width, box.height);
}

/**
 * The norm of tPCK, in pixels: the distance from the left shoulder to the right hip, or 0 (which leaves the person out) when either has
 * no label. mmpose takes the prediction's torso instead where the labelled one is below a pixel; a metric must not depend on that.
 * @throws KeypointsError when the skeleton has no such joints.
 */
export function torsoNorm(truth: ArrayLike<number>, skeleton: Skeleton): number {
  assertKeypoints("torsoNorm", truth, skeleton.joints.length);
  const [shoulder, hip] = ["left_shoulder", "right_hip"].map((joint) => {
    const index = skeleton.joints.indexOf(joint);
    if (index < 0) throw new KeypointsError(`torsoNorm: the skeleton ${skeleton.name} has no ${joint}; use the box as the norm`);
    return [truth[index * 3]!, truth[index * 3 + 1]!, truth[index * 3 + 2]!] as const;
  });
  if (!shoulder || !hip || !(shoulder[2] > 0 && hip[2] > 0)) return 0;
  return Math.hypot(shoulder[0] - hip[0], shoulder[1] - hip[1]);
}
