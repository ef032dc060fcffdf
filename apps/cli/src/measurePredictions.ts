import type { Dataset } from "@kindling/data";
import {
  endPointError,
  evaluateJoints,
  evaluateOks,
  explainOks,
  type Interval,
  type JointAccuracy,
  type OksEvaluation,
  type OksExplanations,
  type OksNumbers,
  oksIntervals,
  type PoseDetection,
  pck,
  pckAuc,
  pckInterval,
} from "@kindling/pose";
import { oksOptionsOf, type Prediction, poseDetections } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import { measuredSamples, type PckMeasure } from "./exitAccuracy.ts";

/** Predictions in annotated boxes, each compared with the labels of its person. */
export interface KeypointMeasures {
  /** Fraction 0–1, mean over the joints that are labelled somewhere. */
  readonly pck: number;
  /** 95 % of PCK over images; null where nothing is labelled. */
  readonly interval: Interval | null;
  /** [k] */
  readonly perJoint: readonly (number | null)[];
  /** [k] */
  readonly labels: readonly number[];
  /** Persons that were counted, and those that have no norm. */
  readonly persons: number;
  readonly leftOut: number;
  /** Area under the curve of PCK to 30 pixels of the image, as mmpose measures it. */
  readonly auc: number;
  /** Mean distance in pixels of the image; null where nothing is labelled. */
  readonly endPointError: number | null;
}

/** Predictions as detections, compared with all annotated persons. */
export interface OksMeasures {
  readonly evaluation: OksEvaluation;
  /** 95 % over images. */
  readonly intervals: Readonly<Record<keyof OksNumbers, Interval | null>>;
  /** [k] */
  readonly joints: readonly JointAccuracy[];
  readonly explanations: OksExplanations;
  readonly detections: readonly PoseDetection[];
}

/** Norm of mmpose's AUC, in pixels. */
const aucNorm = 30;

/** PCK and its kin. @throws InputError when no person has the norm that is asked for. */
export function measureKeypoints(
  dataset: Dataset,
  predictions: readonly Prediction[],
  { threshold, norm, signal }: PckMeasure & { readonly signal: AbortSignal },
): KeypointMeasures {
  const measured = measuredSamples(dataset, predictions, norm);
  const ofImages = measured.map((sample, i) => ({ ...sample, imageId: dataset.samples[predictions[i]!.sample]!.imageId }));
  const persons = measured.filter((sample) => sample.norm > 0).length;
  if (persons === 0) throw new InputError(`${dataset.name}: no person has a labelled torso; use norm=box`);
  const result = pck(measured, threshold);
  return {
    pck: result.pck,
    interval: pckInterval(ofImages, threshold, { signal }),
    perJoint: result.perJoint,
    labels: result.counts,
    persons,
    leftOut: measured.length - persons,
    auc: pckAuc(measured.map((sample) => ({ ...sample, norm: aucNorm }))),
    endPointError: endPointError(measured),
  };
}

/** COCO's numbers. */
export function measureDetections(dataset: Dataset, predictions: readonly Prediction[], signal: AbortSignal): OksMeasures {
  const { persons } = dataset;
  const detections = poseDetections(dataset, predictions);
  const options = oksOptionsOf(dataset);
  const evaluation = evaluateOks(persons, detections, options);
  return {
    evaluation,
    intervals: oksIntervals(persons, detections, { ...options, signal }),
    joints: evaluateJoints(persons, detections, options),
    explanations: explainOks(evaluation, persons, detections, options),
    detections,
  };
}
