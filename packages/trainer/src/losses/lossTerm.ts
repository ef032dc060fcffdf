import type { Weight } from "../weighting/lossWeight.ts";

/** One term of the total loss: what is compared, on which tensors, divided by what, with which weight over the epochs. `docs/losses.md` has the formulas. */
export type LossTerm =
  | HeatmapLoss
  | SquaredHeatmapLoss
  | SmoothL1Loss
  | OhkmLoss
  | SpatialKlLoss
  | JointsKlLoss
  | SimccKlLoss
  | MaskedL2Loss
  | FeatureLoss
  | ChannelWiseKlLoss
  | AttentionTransferLoss
  | RelationalLoss;

interface Term {
  readonly name: string;
  readonly weight: Weight;
}

/**
 * What a term is divided by: "joint", its samples and joints (of those with labels, where it looks at labels), so that its weight carries over to other
 * batches and sizes, or "paper", what the code of its paper divides by.
 */
export type Normalization = "joint" | "paper";

/** A term over what networks put out. */
interface OutputTerm extends Term {
  readonly normalization: Normalization;
  /** Which joints a teacher teaches; the ground truth always those with a label. */
  readonly joints: "all" | "labelled";
}

/** A term over heatmaps. */
interface HeatmapTerm extends OutputTerm {
  readonly against: "groundTruth" | "teacher";
  /** An output of the student by its name, `student.heatmaps.1`. Absent: what it predicts with. */
  readonly student?: string;
  /**
   * An output of the teacher, `teacher.heatmaps`, or of the student, `student.heatmaps.4`; of several teachers one, `teacher.NAME`, or an output of it,
   * `teacher.NAME.heatmaps`. Absent: what the teacher predicts with, of several the mean.
   */
  readonly teacher?: string;
}

/** How far the teacher is trusted with each joint: its heatmap's peak; with a radius, 0 where the peak is farther than so many cells from the label's. */
export type Confidence = "peak" | { readonly radius: number };

/** Compares heatmaps value by value: adaptive wing, or squares. */
export interface HeatmapLoss extends HeatmapTerm {
  readonly kind: "adaptiveWing" | "mse";
  readonly confidence?: Confidence;
}

/** Half the squares of weighted heatmaps (HRNet's JointsMSELoss). */
export interface SquaredHeatmapLoss extends HeatmapTerm {
  readonly kind: "jointsMse";
}

/** Squares below `beta`, distances above. */
export interface SmoothL1Loss extends HeatmapTerm {
  readonly kind: "smoothL1";
  readonly beta: number;
}

/** jointsMse of the `topk` joints of each sample that are farthest off (HRNet's JointsOHKMMSELoss). */
export interface OhkmLoss extends HeatmapTerm {
  readonly kind: "ohkm";
  readonly topk: number;
}

/** T²·KL(softmax(scale·t/T) ‖ softmax(scale·s/T)) over the cells of each heatmap. */
export interface SpatialKlLoss extends Omit<HeatmapTerm, "against"> {
  readonly kind: "spatialKl";
  readonly temperature: number;
  readonly logitScale: number;
  readonly confidence?: Confidence;
}

/** KL between the softmaxes of heatmaps, summed over couples of outputs (online distillation, OKDHP). */
export interface JointsKlLoss extends OutputTerm {
  readonly kind: "jointsKl";
  /** [student, teacher] by the names of outputs, of several teachers `teacher.NAME` too. Absent: the student's heatmaps and the teacher's, of several the mean. */
  readonly couples?: readonly (readonly [student: string, teacher: string])[];
  /** Whether an output of the student that teaches stays as it is; the papers' code draws it towards its pupil. */
  readonly detachTeacher: boolean;
}

/** KL of SimCC's vectors over x and over y, added (mmpose's KLDiscretLoss and DWPose's KDLoss). */
export interface SimccKlLoss extends OutputTerm {
  readonly kind: "simccKl";
  readonly against: "groundTruth" | "teacher";
  /** One of several teachers, `teacher.NAME`. Absent: the teacher, of several the mean. */
  readonly teacher?: string;
  /** What vectors are multiplied by to become logits. */
  readonly beta: number;
  /** Whether the labels become softmax(beta · label). A teacher's vectors always do. */
  readonly labelSoftmax: boolean;
}

/** Squares of the heatmaps and part affinity fields of all persons of an image, summed over the student's stages (Lightweight OpenPose). */
export interface MaskedL2Loss extends Term {
  readonly kind: "maskedL2";
  readonly against: "groundTruth" | "teacher";
  /** One of several teachers, `teacher.NAME`. Absent: the teacher, of several the mean. */
  readonly teacher?: string;
  readonly maps: "both" | "heatmaps" | "pafs";
  /** "paper": half the sum over a sample's cells and channels; "joint": the mean over them, of heatmaps and of fields. */
  readonly normalization: Normalization;
}

/** Two inner tensors, named by module path: `student.backbone.10.out` and `teacher.layer1.out`, of several teachers `teacher.NAME.layer1.out`. */
interface InnerTerm extends Term {
  readonly student: string;
  readonly teacher: string;
}

/** Squared differences of features: their mean, or their sum over a sample (DWPose's FeaLoss). */
export interface FeatureLoss extends InnerTerm {
  readonly kind: "feature";
  readonly adapter: "none" | "conv1x1";
  readonly distance: "mse" | "sumSquares";
}

/** Channels of features as distributions over their pixels (Shu et al. 2021). */
export interface ChannelWiseKlLoss extends InnerTerm {
  readonly kind: "channelWiseKl";
  readonly adapter: "none" | "conv1x1";
  readonly temperature: number;
}

/** Where features are large (Zagoruyko & Komodakis 2017). */
export interface AttentionTransferLoss extends InnerTerm {
  readonly kind: "attentionTransfer";
}

/** How the samples of a batch lie to one another, by distances or by angles of their pooled features (Park et al. 2019). */
export interface RelationalLoss extends InnerTerm {
  readonly kind: "relationalDistance" | "relationalAngle";
}

/** Whether a loss term needs the teacher network: not where it compares with labels, or with the student's own outputs. */
export function looksAtTeacher(term: LossTerm): boolean {
  if ("against" in term && term.against === "groundTruth") return false;
  if (term.kind === "jointsKl" && term.couples) return teacherPaths(term).length > 0;
  return !("teacher" in term && term.teacher !== undefined) || isOfTeacher(term.teacher);
}

/** What a term names of teachers: tensors, and of several also one of them; nothing where it compares with what the only one, or the mean of all, says. */
export function teacherPaths(term: LossTerm): readonly string[] {
  if (term.kind === "jointsKl") return (term.couples ?? []).flat().filter(isOfTeacher);
  if ("against" in term && term.against === "groundTruth") return [];
  return "teacher" in term && term.teacher !== undefined && isOfTeacher(term.teacher) ? [term.teacher] : [];
}

/** Whether a term over outputs divides by Σ mask, the weights of labelled joints; else by all n·k joints, or as its paper does. A confidence makes joints count less, so such a term divides by all. */
export function dividesByLabels(term: Extract<LossTerm, { readonly joints: unknown }>): boolean {
  if ("confidence" in term && term.confidence !== undefined) return false;
  return looksAtLabels(term) && term.normalization === "joint";
}

/** Whether a term over outputs leaves out joints without a label: one against the ground truth always. */
export function looksAtLabels(term: Extract<LossTerm, { readonly joints: unknown }>): boolean {
  return ("against" in term && term.against === "groundTruth") || term.joints === "labelled";
}

/** Whether a term compares what lies inside the networks, in place of what they put out. */
export function isInner(term: LossTerm): term is FeatureLoss | ChannelWiseKlLoss | AttentionTransferLoss | RelationalLoss {
  switch (term.kind) {
    case "feature":
    case "channelWiseKl":
    case "attentionTransfer":
    case "relationalDistance":
    case "relationalAngle":
      return true;
    case "adaptiveWing":
    case "mse":
    case "jointsMse":
    case "smoothL1":
    case "ohkm":
    case "spatialKl":
    case "jointsKl":
    case "simccKl":
    case "maskedL2":
      return false;
    default:
      return term satisfies never;
  }
}

/** Whether the name of a tensor is of the teacher network's. */
export function isOfTeacher(path: string): boolean {
  return path.startsWith("teacher.");
}
