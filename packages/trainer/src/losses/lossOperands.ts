import { mul, type Tensor, teacherConfidence } from "@kindling/autograd";
import type { LossContext } from "./lossContext.ts";
import {
  type Confidence,
  dividesByLabels,
  isInner,
  isOfTeacher,
  type JointsKlLoss,
  type LossTerm,
  looksAtLabels,
  looksAtTeacher,
  type MaskedL2Loss,
} from "./lossTerm.ts";
import { mapsOf } from "./partFieldLoss.ts";

type OutputLoss = Exclude<LossTerm, { readonly student: string }>;
type HeatmapPair = Exclude<OutputLoss, { readonly kind: "jointsKl" | "simccKl" | "maskedL2" }>;

/** The tensors of the student that a term teaches; what it compares them with gets no gradient, but an output of the student by `detachTeacher: false`. */
export function studentOperands(term: LossTerm, context: LossContext): readonly Tensor[] {
  if (isInner(term)) return [context.tap(term.student)];
  if (term.kind === "simccKl") return context.student;
  if (term.kind === "maskedL2") return mapsOf(term, context);
  if (term.kind !== "jointsKl") return [pairOf(term, context)[0]];
  const drawn = term.detachTeacher ? [] : (term.couples ?? []).map(([, teacher]) => teacher).filter((path) => !isOfTeacher(path));
  return [...couplesOf(term, context).map(([student]) => student), ...drawn.map(context.tap)];
}

/** The heatmaps that a term compares: the student's with the labels or the teacher's. */
export function pairOf(term: HeatmapPair, context: LossContext): readonly [student: Tensor, target: Tensor] {
  const student = term.student === undefined ? context.student[0]! : context.tap(term.student); // a network predicts with one tensor or more
  if ("against" in term && term.against === "groundTruth") return [student, context.targets.target!];
  return [student, term.teacher === undefined ? teacherOf(context)[0] : context.tap(term.teacher)];
}

/** The heatmaps that online distillation compares. */
export function couplesOf({ couples }: JointsKlLoss, context: LossContext): readonly (readonly [student: Tensor, teacher: Tensor])[] {
  return (
    couples?.map(([student, teacher]) => [context.tap(student), context.tap(teacher)]) ?? [[context.student[0]!, teacherOf(context)[0]]]
  );
}

/** How much each joint counts in a term over outputs. */
export interface TermWeights {
  /** [n,k]; null where all count 1. */
  readonly mask: Tensor | null;
  /** Whether the term divides by Σ mask or by all n·k joints. */
  readonly divideBy: "visible" | "all";
}

/** Labels weigh joints where the term looks at labels, and the teacher's confidence where it has one. */
export function weightsOf(term: Exclude<OutputLoss, MaskedL2Loss>, context: LossContext): TermWeights {
  const labels = looksAtLabels(term) ? context.targets.mask! : null; // every codec has one
  const taught = looksAtTeacher(term) ? context.taught : undefined;
  const mask = labels && taught ? mul(labels, taught) : (taught ?? labels);
  const divideBy = dividesByLabels(term) ? "visible" : "all";
  if (!("confidence" in term) || term.confidence === undefined) return { mask, divideBy };
  const trust = confidenceOf(term.confidence, pairOf(term, context)[1], context);
  return { mask: mask ? mul(trust, mask) : trust, divideBy };
}

function confidenceOf(confidence: Confidence, teacher: Tensor, { targets }: LossContext): Tensor {
  if (confidence === "peak") return teacherConfidence(teacher);
  return teacherConfidence(teacher, { target: targets.target!, mask: targets.mask!, radius: confidence.radius });
}

/** What the teacher predicts with. @throws Error when there is no teacher. */
export function teacherOf({ teacher }: LossContext): readonly [Tensor, ...Tensor[]] {
  const [first, ...others] = teacher ?? [];
  if (!first) throw new Error("a loss term compares with the teacher, but there is none: parseRecipe refuses such recipes");
  return [first, ...others];
}
