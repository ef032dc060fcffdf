import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";
import { scaleMaps } from "./scaleMaps.ts";
import { spatialKlOp } from "./spatialKl.ts";

/** How {@link jointsKl} is averaged, and whom it teaches. */
export interface JointsKlOptions {
  /** N of the formula: n·h·w ("batchAndPixels", the default and the papers'), n ("batch") or n·k ("batchAndJoints"), which do not depend on the size of the maps. */
  readonly normalization?: "batchAndPixels" | "batch" | "batchAndJoints";
  /** Whether the teacher is drawn towards the student, as in the papers' code, whose teachers are branches of one network; false when absent. */
  readonly teacherGradient?: boolean;
}

/**
 * Online distillation between the branches of a network: student, teacher [n,h,w,k], weight [n,k] or none → [].
 *
 * L = 1 / N · Σ_{n,k} KL(softmax(w · teacher) ‖ softmax(w · student)), each softmax over the pixels of a map. A joint of weight 0 counts 0, as
 * both maps are uniform; another weight is an inverse temperature. The weight gets no gradient. JointsKLDLoss of the code of
 * Li et al. 2021, "Online Knowledge Distillation for Efficient Pose Estimation" (OKDHP).
 * @throws ShapeError when the heatmaps differ in shape or the weight is not [n,k].
 */
export function jointsKl(student: Tensor, teacher: Tensor, weight: Tensor | null, options: JointsKlOptions = {}): Tensor {
  const { normalization = "batchAndPixels", teacherGradient = false } = options;
  const { outer, length, inner } = heatmapAxis("jointsKl", student);
  const count = { batchAndPixels: outer * length, batch: outer, batchAndJoints: outer * inner }[normalization];
  const [s, t] = weight ? [scaleMaps(student, weight), scaleMaps(teacher, weight)] : [student, teacher];
  return record(spatialKlOp, [s, t], { loss: "jointsKl", logitScale: 1, scale: 1 / count, normalize: false, teacherGradient })[0]!;
}
