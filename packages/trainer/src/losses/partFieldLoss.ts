import { add, fill, maskedL2, resizeBilinear, scaleBy, type Tensor } from "@kindling/autograd";
import { sameShape } from "@kindling/gpu";
import { fieldChannels } from "@kindling/pose";
import { ensembleOf, meanOf } from "./ensemble.ts";
import type { LossContext } from "./lossContext.ts";
import type { MaskedL2Loss } from "./lossTerm.ts";

type Maps = "heatmaps" | "pafs";

/**
 * Squared errors of heatmaps and part affinity fields, summed over the student's stages → []. Against the ground truth crowds and unlabelled persons are
 * left out; a teacher is asked everywhere, and its last stage teaches all of the student's, resized bilinearly to their cells; of several the mean.
 *
 * `paper`: Σ ((ŷ − y) · mask)² / (2 n) of each map (Lightweight OpenPose, modules/loss.py), which grows with cells and channels. `joint`: the mean over
 * samples, cells and channels of each, so that weights carry over to other sizes, and heatmaps weigh as much as fields.
 */
export function partFieldLoss(term: MaskedL2Loss, context: LossContext): Tensor {
  const { against, normalization } = term;
  const { targets } = context;
  const errors = mapsOf(term, context).map((made) => {
    const kind = kindOf(made);
    const target =
      against === "groundTruth"
        ? fitted(targets[kind]!, made) // such targets are all that these networks learn from
        : meanOf(ensembleOf(term.teacher, context), ({ outputs }) => fitted(lastOf(kind, outputs), made));
    const mask = against === "groundTruth" ? targets.mask! : null; // every codec has one
    const error = maskedL2(made, target, mask);
    if (normalization === "paper") return error;
    const [, height = 1, width = 1, channels = 1] = made.shape;
    return scaleBy(error, fill(made.graph, [1], 2 / (height * width * channels)), 0);
  });
  return errors.reduce(add);
}

/** The student's maps that a term looks at, of all stages. */
export function mapsOf({ maps }: MaskedL2Loss, { student }: LossContext): readonly Tensor[] {
  return student.filter((made) => maps === "both" || kindOf(made) === maps);
}

/** Told by the channels: the codec's networks put out nothing else. */
function kindOf({ shape }: Tensor): Maps {
  return shape[3] === fieldChannels ? "pafs" : "heatmaps";
}

function lastOf(kind: Maps, teacher: readonly Tensor[]): Tensor {
  const last = teacher.findLast((made) => kindOf(made) === kind);
  if (!last) throw new Error(`a loss term compares ${kind} with a teacher that has none: parseRecipe refuses such recipes`);
  return last;
}

function fitted(target: Tensor, { shape }: Tensor): Tensor {
  return sameShape(target.shape, shape) ? target : resizeBilinear(target, shape.slice(1, 3));
}
