import type { JsonObject } from "./jsonValues.ts";

/** The parts of COCO-WholeBody as its files and results have them, beside the body's `keypoints`. */
export const wholeBodyKeys: readonly string[] = ["keypoints", "foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts"];

/** The key points of all parts of a whole body one after another; `keypoints` where an annotation has not all parts. */
export function wholeBodyKeypoints(annotation: JsonObject): unknown {
  const parts = wholeBodyKeys.map((key) => annotation[key]);
  return parts.every((part) => Array.isArray(part)) ? parts.flat() : annotation.keypoints;
}
