import { assertKeypoints } from "../keypoints.ts";

/** A length that distances are measured by, in pixels: one for both axes, or one each. */
export type Length = number | readonly [x: number, y: number];

/** A prediction and its truth, [k·3] each, and what their distance is measured by. */
export interface DistanceSample {
  readonly predicted: ArrayLike<number>;
  readonly truth: ArrayLike<number>;
  /** A sample whose norm is 0 or less does not count. */
  readonly norm: Length;
}

/** ‖(predicted − truth) / norm‖ of a joint; null where it has no label (v = 0) or a norm is 0 or less. */
export function normalizedDistance(predicted: ArrayLike<number>, truth: ArrayLike<number>, joint: number, norm: Length): number | null {
  const [normX, normY] = typeof norm === "number" ? [norm, norm] : norm;
  if (!(normX > 0 && normY > 0 && truth[joint * 3 + 2]! > 0)) return null;
  return Math.hypot((predicted[joint * 3]! - truth[joint * 3]!) / normX, (predicted[joint * 3 + 1]! - truth[joint * 3 + 1]!) / normY);
}

/**
 * Normalised mean error: the mean of ‖(predicted − truth) / norm‖ over all labels; null where there is none. One prediction that is no
 * number makes the mean no number. Source: mmpose, evaluation/functional/keypoint_eval.py `keypoint_nme`.
 * @throws KeypointsError when a sample's joints disagree.
 */
export function normalizedMeanError(samples: readonly DistanceSample[]): number | null {
  let [sum, count] = [0, 0];
  for (const { predicted, truth, norm } of samples) {
    const joints = assertKeypoints("normalizedMeanError", truth);
    assertKeypoints("normalizedMeanError", predicted, joints);
    for (let k = 0; k < joints; k++) {
      const distance = normalizedDistance(predicted, truth, k, norm);
      if (distance === null) continue;
      sum += distance;
      count++;
    }
  }
  return count > 0 ? sum / count : null;
}

/** End-point error: the mean distance in pixels over all labels; null where there is none. Source: as above, `keypoint_epe`. */
export function endPointError(samples: readonly Omit<DistanceSample, "norm">[]): number | null {
  return normalizedMeanError(samples.map((sample) => ({ ...sample, norm: 1 })));
}
