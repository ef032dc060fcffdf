import {
  adaptiveWing,
  add,
  attentionTransfer,
  channelWiseKl,
  featureDistance,
  jointsKl,
  jointsMse,
  jointsOhkmMse,
  mean,
  mse,
  relationalAngle,
  relationalDistance,
  resizeBilinear,
  simccKl,
  smoothL1,
  spatialKl,
  type Tensor,
} from "@kindling/autograd";
import { sameShape } from "@kindling/gpu";
import { ensembleOf, meanOfBins, softenedMean } from "./ensemble.ts";
import type { LossContext } from "./lossContext.ts";
import { couplesOf, softTargetOf, studentOf, targetOf, weightsOf } from "./lossOperands.ts";
import { isInner, type JointsKlLoss, type LossTerm, type MaskedL2Loss, type SimccKlLoss } from "./lossTerm.ts";
import { partFieldLoss } from "./partFieldLoss.ts";
import { termTeachers } from "./termTeachers.ts";

type InnerLoss = Extract<LossTerm, { readonly student: string }>;

/**
 * A term of the total loss, without its weight → [].
 *
 * Ground-truth terms look at labelled joints alone: Σ over visible joints ÷ (Σ mask · h · w), the same scale in training and validation.
 * Terms against the teacher teach every joint, unless they say labelled: means over n, k (and pixels), so that weights carry over to other batches and
 * heatmap sizes. `normalization: paper` divides by what the paper's code divides by.
 */
export function lossOf(term: LossTerm, context: LossContext): Tensor {
  return isInner(term) ? innerLoss(term, context) : outputLoss(term, context);
}

function outputLoss(term: Exclude<LossTerm, InnerLoss>, context: LossContext): Tensor {
  switch (term.kind) {
    case "jointsKl":
      return jointsKlLoss(term, context);
    case "simccKl":
      return simccKlLoss(term, context);
    case "maskedL2":
      return partFieldLoss(term, context);
    default:
      return heatmapLoss(term, context);
  }
}

function heatmapLoss(term: Exclude<LossTerm, InnerLoss | JointsKlLoss | SimccKlLoss | MaskedL2Loss>, context: LossContext): Tensor {
  const student = studentOf(term, context);
  const scale = term.kind === "spatialKl" ? term.logitScale / term.temperature : null;
  const target = scale === null ? targetOf(term, context) : softTargetOf(term, scale, context);
  const { mask, divideBy: normalization } = weightsOf(term, context, termTeachers(term, context.teachers));
  switch (term.kind) {
    case "adaptiveWing":
      return adaptiveWing(student, target, mask ?? context.everyJoint(), { normalization });
    case "mse":
      return mask ? mse(student, target, mask, { normalization }) : mse(student, target);
    case "jointsMse":
      return jointsMse(student, target, mask, { normalization });
    case "smoothL1":
      return smoothL1(student, target, mask, { normalization, beta: term.beta });
    case "ohkm":
      return jointsOhkmMse(student, target, mask, term.topk);
    case "spatialKl": {
      const over = normalization === "visible" ? "batchAndJoints" : "all";
      return spatialKl(student, target, {
        temperature: term.temperature,
        logitScale: term.logitScale,
        normalization: term.normalization === "paper" ? "batch" : over,
        ...(mask ? { mask } : {}),
      });
    }
    default:
      return term satisfies never;
  }
}

/** Summed over the couples. */
function jointsKlLoss(term: JointsKlLoss, context: LossContext): Tensor {
  const normalization = term.normalization === "paper" ? "batchAndPixels" : "batchAndJoints";
  const options = { normalization, teacherGradient: !term.detachTeacher } as const;
  return couplesOf(term, context)
    .map(({ student, teaching: { tensor, ensemble } }) => {
      const { mask } = weightsOf(term, context, ensemble ?? []);
      return jointsKl(student, tensor ?? softenedMean(ensemble, () => mask ?? context.everyJoint()), mask, options);
    })
    .reduce(add);
}

/** Over x and over y, added. */
function simccKlLoss(term: SimccKlLoss, context: LossContext): Tensor {
  const ofLabels = term.against === "groundTruth";
  const ensemble = ofLabels ? null : ensembleOf(term.teacher, context);
  const { mask, divideBy } = weightsOf(term, context, ensemble ?? []);
  const labels = [context.targets.targetX, context.targets.targetY];
  const isMean = ensemble !== null && ensemble.length > 1;
  const targetOfAxis = (axis: number): Tensor => {
    if (!ensemble) return labels[axis]!; // SimCC is learnt with such targets
    return isMean ? meanOfBins(ensemble, axis, term.beta) : ensemble[0].outputs[axis]!; // a teacher of both
  };
  const paper = ofLabels ? "jointsAndBins" : "batchAndJoints";
  const joint = divideBy === "visible" ? "visible" : "batchAndJoints";
  const options = {
    beta: term.beta,
    labelSoftmax: ofLabels ? term.labelSoftmax : !isMean, // a mean is one of distributions
    labelBeta: term.beta,
    normalization: term.normalization === "paper" ? paper : joint,
  } as const;
  return context.student.map((student, axis) => simccKl(student, targetOfAxis(axis), mask, options)).reduce(add);
}

/**
 * Of two inner tensors. The student's goes through its 1×1 adapter, where the term has one, and is resized bilinearly to the teacher's height and
 * width: student and teacher seldom look at one resolution. Relations need neither: features are averaged over their pixels.
 */
function innerLoss(term: InnerLoss, context: LossContext): Tensor {
  const [student, teacher] = [context.tap(term.student), context.tap(term.teacher)];
  const adapted = (): Tensor => resized(context.adapters.get(term.name)?.call(student, "train") ?? student, teacher);
  switch (term.kind) {
    case "feature":
      return term.distance === "mse" ? mse(adapted(), teacher) : featureDistance(adapted(), teacher);
    case "channelWiseKl":
      return channelWiseKl(adapted(), teacher, { temperature: term.temperature });
    case "attentionTransfer":
      return attentionTransfer(resized(student, teacher), teacher);
    case "relationalDistance":
      return relationalDistance(mean(student, [1, 2]), mean(teacher, [1, 2]));
    case "relationalAngle":
      return relationalAngle(mean(student, [1, 2]), mean(teacher, [1, 2]));
    default:
      return term satisfies never;
  }
}

function resized(student: Tensor, teacher: Tensor): Tensor {
  const size = teacher.shape.slice(1, 3);
  return sameShape(student.shape.slice(1, 3), size) ? student : resizeBilinear(student, size);
}
