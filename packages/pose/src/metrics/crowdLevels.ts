import { type EvaluateOksOptions, evaluateOks, type OksEvaluation } from "./evaluateOks.ts";
import type { ImageId, OksTruth, PoseDetection } from "./oksTruth.ts";

/** CrowdPose's nine numbers come from these: the whole, and AP of images that are little, more and much crowded. */
export interface CrowdEvaluation {
  readonly whole: OksEvaluation;
  /** crowdIndex below 0.2. −1 where there is no such image with persons, as in the fields below. */
  readonly AP_E: number;
  /** 0.2 to below 0.8. */
  readonly AP_M: number;
  /** 0.8 and more. */
  readonly AP_H: number;
}

/**
 * CrowdPose's evaluation: AP over images by their crowdIndex. Areas are 0.53 of the boxes, since its files have none, and unscored
 * detections are dropped. xtcocotools rounds the three to four digits; we do not. Its AP(M) is of crowding, not of size.
 * Source: xtcocotools, cocoeval.py, `get_type_result(first=0.2, second=0.8)`.
 * @throws KeypointsError as evaluateOks.
 */
export function evaluateCrowdLevels(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  crowdIndex: ReadonlyMap<ImageId, number>,
  options: Omit<EvaluateOksOptions, "imageIds" | "areaFromBox" | "dropUnscored">,
): CrowdEvaluation {
  const images = [...crowdIndex];
  const evaluate = (from: number, to: number): OksEvaluation => {
    const imageIds = images.flatMap(([id, index]) => (index >= from && index < to ? [id] : []));
    return evaluateOks(truth, detections, { ...options, imageIds, areaFromBox: true, dropUnscored: true });
  };
  return {
    whole: evaluate(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    AP_E: evaluate(Number.NEGATIVE_INFINITY, 0.2).AP,
    AP_M: evaluate(0.2, 0.8).AP,
    AP_H: evaluate(0.8, Number.POSITIVE_INFINITY).AP,
  };
}
