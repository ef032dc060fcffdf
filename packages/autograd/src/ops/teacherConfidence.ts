import type { Tensor } from "../tensor.ts";
import { mapAgreement } from "./mapAgreement.ts";
import { mapPeaks } from "./mapPeaks.ts";
import { mul } from "./mul.ts";
import { relu } from "./relu.ts";

/** What a teacher is held against. */
export interface TruthOfMaps {
  /** Ground truth [n,h,w,k], and which of it is labelled [n,k]. */
  readonly target: Tensor;
  readonly mask: Tensor;
  /** How far, in cells, a teacher's peak may lie from the target's. */
  readonly radius: number;
}

/**
 * How far a teacher is to be trusted with each joint: heatmaps [n,h,w,k] → [n,k], the peak of each map, at least 0; with a truth, 0 for a labelled joint
 * whose peak lies farther than the radius from the target's. Joints without a label keep their peak. No gradient.
 * @throws ShapeError when teacher and target differ in shape or the mask is not [n,k].
 */
export function teacherConfidence(teacher: Tensor, truth?: TruthOfMaps): Tensor {
  const { peak, place } = mapPeaks(teacher);
  const confidence = relu(peak);
  if (!truth) return confidence;
  const { target, mask, radius } = truth;
  return mul(confidence, mapAgreement(place, mapPeaks(target).place, mask, { width: teacher.shape[2]!, radius }));
}
