import type { Tensor } from "../tensor.ts";
import { spatialKl } from "./spatialKl.ts";

/**
 * Channel-wise distillation of feature or score maps: student, teacher [n,h,w,c] → [], T² / (n·c) · Σ_{n,c} KL(softmax(teacher / T) ‖
 * softmax(student / T)), each softmax over the pixels of one channel. Channels must agree: a student of another width is projected before.
 * The teacher gets no gradient. Shu et al. 2021, "Channel-wise Knowledge Distillation for Dense Prediction", eq. 4 and 5: the
 * {@link spatialKl} of all maps, by its name among feature losses.
 * @throws ShapeError when the maps are not of one shape [n,h,w,c], RangeError when T is not positive.
 */
export function channelWiseKl(student: Tensor, teacher: Tensor, { temperature }: { readonly temperature: number }): Tensor {
  return spatialKl(student, teacher, { temperature, normalization: "batchAndJoints" });
}
