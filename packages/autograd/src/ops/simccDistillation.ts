import type { Tensor } from "../tensor.ts";
import { simccKl } from "./simccKl.ts";

/**
 * Logit distillation of SimCC vectors of one axis: student, teacher [n,k,bins] → [], the mean over samples and joints of
 * KL(softmax(β · teacher) ‖ softmax(β · student)), summed over the bins. The loss of a pose is that of x and that of y added; β is the task
 * loss's (10 in RTMPose). No target weight: a teacher also says where joints are that nobody marked. The teacher gets no gradient.
 * Yang et al. 2023, "Effective Whole-body Pose Estimation with Two-stages Distillation" (DWPose); mmpose,
 * models/losses/logit_dis_loss.py, KDLoss. Its weight is 0.1 in the first stage of DWPose and 1 in the second.
 * @throws ShapeError when the operands are not of one shape [n,k,bins], RangeError when β is not positive.
 */
export function simccDistillation(student: Tensor, teacher: Tensor, { beta }: { readonly beta: number }): Tensor {
  return simccKl(student, teacher, null, { beta, labelSoftmax: true, labelBeta: beta, normalization: "batchAndJoints" });
}
