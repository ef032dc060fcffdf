import { adaptiveWing, mse, resizeBilinear, spatialKl, type Tensor } from "@kindling/autograd";
import { sameShape } from "@kindling/gpu";
import type { FeatureLoss, LossTerm } from "../recipe.ts";
import type { LossContext } from "./lossContext.ts";

/**
 * A term of the total loss, without its weight → [].
 *
 * Ground-truth terms look at labelled joints alone: Σ over visible joints ÷ (Σ mask · h · w), the same scale in training and validation.
 * Terms against the teacher teach every joint: means over n, k (and pixels), so that weights carry over to other batches and heatmap sizes.
 */
export function lossOf(term: LossTerm, context: LossContext): Tensor {
  const student = context.student[0]!; // a network that is trained predicts with one tensor or more
  const { target, mask } = context.targets;
  switch (term.kind) {
    case "adaptiveWing":
      return term.against === "groundTruth"
        ? adaptiveWing(student, target!, mask!)
        : adaptiveWing(student, teacherOf(context), context.everyJoint());
    case "mse":
      return term.against === "groundTruth" ? mse(student, target!, mask!) : mse(student, teacherOf(context));
    case "spatialKl":
      return spatialKl(student, teacherOf(context), { temperature: term.temperature, logitScale: term.logitScale });
    case "feature":
      return featureLoss(term, context);
    default:
      return term satisfies never;
  }
}

/**
 * Mean squared difference of two inner tensors. The student's goes through its 1×1 adapter, where the term has one, and is resized
 * bilinearly to the teacher's height and width: student and teacher seldom look at one resolution.
 */
function featureLoss(term: FeatureLoss, context: LossContext): Tensor {
  const teacher = context.tap(term.teacher);
  const student = context.tap(term.student);
  const adapted = context.adapters.get(term.name)?.call(student, "train") ?? student;
  const size = teacher.shape.slice(1, 3);
  return mse(sameShape(adapted.shape.slice(1, 3), size) ? adapted : resizeBilinear(adapted, size), teacher);
}

/** The teacher's heatmaps. */
function teacherOf({ teacher }: LossContext): Tensor {
  if (!teacher?.[0]) throw new Error("a loss term compares with the teacher, but there is none: parseRecipe refuses such recipes");
  return teacher[0];
}
