import { fill, mul, type Tensor, teacherConfidence } from "@kindling/autograd";
import { type Ensemble, ensembleOf, meanOf, softenedMean, taughtBy } from "./ensemble.ts";
import type { LossContext, TeacherPrediction } from "./lossContext.ts";
import {
  type Confidence,
  dividesByLabels,
  isInner,
  isOfTeacher,
  type JointsKlLoss,
  type LossTerm,
  looksAtLabels,
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
  if (term.kind !== "jointsKl") return [studentOf(term, context)];
  const drawn = term.detachTeacher ? [] : (term.couples ?? []).map(([, teacher]) => teacher).filter((path) => !isOfTeacher(path));
  return [...couplesOf(term, context).map(({ student }) => student), ...drawn.map(context.tap)];
}

/** The heatmaps of the student that a term compares. */
export function studentOf(term: HeatmapPair, context: LossContext): Tensor {
  return term.student === undefined ? context.student[0]! : context.tap(term.student); // a network predicts with one tensor or more
}

/** The heatmaps that a term compares them with: the labels, a tensor that it names, or what its teachers say, the mean of several. */
export function targetOf(term: HeatmapPair, context: LossContext): Tensor {
  if ("against" in term && term.against === "groundTruth") return context.targets.target!; // heatmaps are learnt with such targets
  const teaching = teachingOf(term.teacher, context);
  return teaching.tensor ?? meanOf(teaching.ensemble, ({ outputs }) => outputs[0]!);
}

/** The same of a term that compares softmax(scale · heatmap): of several teachers logits of the mean of their distributions. */
export function softTargetOf(term: HeatmapPair, scale: number, context: LossContext): Tensor {
  const teaching = teachingOf(term.teacher, context);
  return teaching.tensor ?? softenedMean(teaching.ensemble, () => everyJointAs(scale, context));
}

/** Heatmaps that online distillation compares. */
export interface Couple {
  readonly student: Tensor;
  readonly teaching: Teaching;
}

/** The couples of a term; where it names none, what the student and its teachers predict with. */
export function couplesOf({ couples }: JointsKlLoss, context: LossContext): readonly Couple[] {
  const ofNames = couples?.map(([student, teacher]) => ({ student: context.tap(student), teaching: teachingOf(teacher, context) }));
  return ofNames ?? [{ student: context.student[0]!, teaching: teachingOf(undefined, context) }]; // a network predicts with one tensor or more
}

/** What teaches: a tensor by its name, or what teachers predict with. */
export type Teaching = { readonly tensor: Tensor; readonly ensemble?: never } | { readonly tensor?: never; readonly ensemble: Ensemble };

function teachingOf(path: string | undefined, context: LossContext): Teaching {
  const isTeacher = path === undefined || context.teachers.some((teacher) => teacher.path === path);
  return isTeacher ? { ensemble: ensembleOf(path, context) } : { tensor: context.tap(path) };
}

function everyJointAs(value: number, context: LossContext): Tensor {
  const { graph, shape } = context.everyJoint();
  return fill(graph, shape, value);
}

/** How much each joint counts in a term over outputs. */
export interface TermWeights {
  /** [n,k]; null where all count 1. */
  readonly mask: Tensor | null;
  /** Whether the term divides by Σ mask or by all n·k joints. */
  readonly divideBy: "visible" | "all";
}

/** Labels weigh joints where the term looks at labels, joints that none of its teachers knows count 0, and where it has a confidence that counts too. */
export function weightsOf(
  term: Exclude<OutputLoss, MaskedL2Loss>,
  context: LossContext,
  ensemble: readonly TeacherPrediction[],
): TermWeights {
  const labels = looksAtLabels(term) ? context.targets.mask! : null; // every codec has one
  const [first, ...others] = ensemble;
  const taught = first && taughtBy([first, ...others]);
  const mask = labels && taught ? mul(labels, taught) : (taught ?? labels);
  const divideBy = dividesByLabels(term) ? "visible" : "all";
  if (!("confidence" in term) || term.confidence === undefined) return { mask, divideBy };
  const trust = confidenceOf(term.confidence, targetOf(term, context), context);
  return { mask: mask ? mul(trust, mask) : trust, divideBy };
}

function confidenceOf(confidence: Confidence, teacher: Tensor, { targets }: LossContext): Tensor {
  if (confidence === "peak") return teacherConfidence(teacher);
  return teacherConfidence(teacher, { target: targets.target!, mask: targets.mask!, radius: confidence.radius });
}
