import { assertKeypoints } from "../keypoints.ts";
import { type Length, normalizedDistance } from "./keypointDistance.ts";

/** One person: what was predicted, what is true, and the length that errors are measured against. */
export interface PckSample {
  /** [k·3]: x, y, score; the score is not looked at. */
  readonly predicted: ArrayLike<number>;
  /** [k·3]: x, y, visibility, in the same pixels as the prediction; joints with v = 0 do not count. */
  readonly truth: ArrayLike<number>;
  /** Pixels (see boxNorm, torsoNorm, headNorm). A sample whose norm is 0 or less does not count at all. */
  readonly norm: Length;
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

/** Labels of a joint, and how many of them were found. */
export interface PckTally {
  /** [k] */
  readonly found: readonly number[];
  /** [k] */
  readonly counts: readonly number[];
}

/**
 * Percentage of correct key points: a joint is found when ‖(predicted − truth) / norm‖ < threshold (strictly).
 * Source: mmpose, evaluation/functional/keypoint_eval.py `keypoint_pck_accuracy`.
 * @throws KeypointsError when the samples disagree about the number of joints; RangeError when the threshold is not positive.
 */
export function pck(samples: readonly PckSample[], threshold: number): Pck {
  return summarizePck(tallyPck(samples, threshold));
}

/** The counts that {@link pck} is made of; those of disjoint sets may be added. @throws as pck. */
export function tallyPck(samples: readonly PckSample[], threshold: number): PckTally {
  if (!(threshold > 0)) throw new RangeError(`pck: the threshold must be above 0; got ${threshold}`);
  const joints = samples[0] ? assertKeypoints("pck", samples[0].truth) : 0;
  const counts = new Array<number>(joints).fill(0);
  const found = new Array<number>(joints).fill(0);
  for (const { predicted, truth, norm } of samples) {
    assertKeypoints("pck", truth, joints);
    assertKeypoints("pck", predicted, joints);
    for (let k = 0; k < joints; k++) {
      const distance = normalizedDistance(predicted, truth, k, norm);
      if (distance === null) continue;
      counts[k]! += 1;
      if (distance < threshold) found[k]! += 1;
    }
  }
  return { found, counts };
}

/** PCK from its counts. */
export function summarizePck({ found, counts }: PckTally): Pck {
  const perJoint = counts.map((count, k) => (count > 0 ? found[k]! / count : null));
  const labelled = perJoint.filter((fraction) => fraction !== null);
  const sum = labelled.reduce((total, fraction) => total + fraction, 0);
  return { pck: labelled.length > 0 ? sum / labelled.length : 0, perJoint, counts };
}

/**
 * Area under the curve of PCK over the thresholds 0, 1/n … (n−1)/n, where PCK at 0 is 0.
 * Source: as above, `keypoint_auc`.
 * @throws as pck.
 */
export function pckAuc(samples: readonly PckSample[], steps = 20): number {
  let sum = 0;
  for (let step = 1; step < steps; step++) sum += pck(samples, step / steps).pck;
  return sum / steps;
}
