import { type CocoTruth, parseCocoDetections, parseCocoTruth, readAnnotationDocument } from "@kindling/data";
import {
  type CrowdEvaluation,
  compareOks,
  type EvaluateOksOptions,
  evaluateCrowdLevels,
  evaluateJoints,
  evaluateOks,
  evaluateParts,
  evaluateSizes,
  explainOks,
  type Interval,
  type JointAccuracy,
  type OksEvaluation,
  type OksExplanations,
  type OksNumbers,
  oksIntervals,
  type PairedInterval,
  type PoseDetection,
  type PoseErrors,
  poseErrors,
  type SizeAccuracy,
  wholeBodyParts,
} from "@kindling/pose";
import { InputError } from "../exit.ts";
import { type ChosenSigmas, sigmasOf } from "./sigmasOf.ts";

/** What `kindling coco-eval` is told. */
export interface EvaluateResultsOptions {
  readonly truth: string;
  readonly detections: string;
  readonly sigmas: string | undefined;
  /** Where areas come from. */
  readonly area: "file" | "box";
  readonly rules: "pycocotools" | "xtcocotools";
  readonly wholeBody: boolean;
  readonly crowd: boolean;
  readonly joints: boolean;
  readonly sizes: boolean;
  readonly errors: boolean;
  /** Sets drawn for intervals; undefined for none. */
  readonly intervals: number | undefined;
  readonly seed: number;
  /** Another results file, to compare with. */
  readonly against: string | undefined;
  readonly signal: AbortSignal;
}

/** What was found; parts that were not asked for are absent. */
export interface ResultsEvaluation {
  readonly evaluation: OksEvaluation;
  readonly explanations: OksExplanations;
  readonly chosen: ChosenSigmas;
  readonly jointNames: readonly string[];
  readonly notes: readonly string[];
  readonly intervals?: Readonly<Record<keyof OksNumbers, Interval | null>>;
  readonly against?: Readonly<Record<keyof OksNumbers, PairedInterval | null>>;
  readonly parts?: Readonly<Record<string, OksEvaluation>>;
  readonly crowd?: CrowdEvaluation;
  readonly joints?: readonly JointAccuracy[];
  readonly sizes?: readonly SizeAccuracy[];
  readonly errors?: PoseErrors;
}

/** Evaluates a results file against an annotation file. @throws InputError or DatasetError when a file or an option is wrong. */
export async function evaluateResults(options: EvaluateResultsOptions): Promise<ResultsEvaluation> {
  const { wholeBody, crowd, signal } = options;
  const truth = parseCocoTruth(await readAnnotationDocument(options.truth, { segmentations: "crowds" }), {
    source: options.truth,
    wholeBody,
  });
  const chosen = await sigmasOf(options.sigmas ?? (wholeBody ? "cocoWholebody133" : undefined), truth);
  const read = async (source: string): Promise<readonly PoseDetection[]> =>
    parseCocoDetections(await readAnnotationDocument(source, { what: "results file" }), { source, joints: truth.joints, wholeBody });
  const detections = await read(options.detections);
  const others = options.against === undefined ? null : await read(options.against);

  const mmpose = options.rules === "xtcocotools" || wholeBody || crowd;
  const persons = mmpose ? truth.persons.map(({ labels: _, ...person }) => person) : truth.persons; // labels are counted anew
  const { sigmas } = chosen;
  const rules: EvaluateOksOptions = {
    sigmas,
    imageIds: truth.imageIds,
    dropUnscored: mmpose,
    areaFromBox: options.area === "box" || crowd,
  };
  const evaluation = evaluateOks(persons, detections, rules);
  const bootstrap = { ...rules, seed: options.seed, signal, resamples: options.intervals ?? 1000 };
  return {
    evaluation,
    explanations: explainOks(evaluation, persons, detections, rules),
    chosen,
    jointNames: chosen.skeleton?.joints ?? truth.jointNames ?? sigmas.map((_, k) => `joint ${k}`),
    notes: [...truth.notes, ...notesOf(evaluation, truth)],
    ...(options.intervals === undefined ? {} : { intervals: oksIntervals(persons, detections, bootstrap) }),
    ...(others ? { against: compareOks(persons, detections, others, bootstrap) } : {}),
    ...(wholeBody ? { parts: evaluateParts(persons, detections, wholeBodyParts, rules) } : {}),
    ...(crowd ? { crowd: crowdLevels(persons, detections, truth, sigmas, options.truth) } : {}),
    ...(options.joints ? { joints: evaluateJoints(persons, detections, rules) } : {}),
    ...(options.sizes ? { sizes: evaluateSizes(persons, detections, rules) } : {}),
    ...(options.errors ? { errors: errorsOf(persons, detections, chosen, rules) } : {}),
  };
}

function crowdLevels(
  persons: CocoTruth["persons"],
  detections: readonly PoseDetection[],
  { crowdIndex, imageIds }: CocoTruth,
  sigmas: readonly number[],
  source: string,
): CrowdEvaluation {
  if (crowdIndex.size < imageIds.length) {
    throw new InputError(
      `crowd: ${imageIds.length - crowdIndex.size} images of ${source} have no "crowdIndex", which CrowdPose's files have`,
    );
  }
  return evaluateCrowdLevels(persons, detections, crowdIndex, { sigmas });
}

function errorsOf(
  persons: CocoTruth["persons"],
  detections: readonly PoseDetection[],
  { skeleton }: ChosenSigmas,
  rules: EvaluateOksOptions,
): PoseErrors {
  if (!skeleton)
    throw new InputError("errors needs to know which joints mirror each other; give sigmas=SKELETON, a name or a JSON file of one");
  return poseErrors(persons, detections, skeleton, rules);
}

function notesOf({ counts }: OksEvaluation, { imageIds }: CocoTruth): readonly string[] {
  const notes: string[] = [];
  if (counts.otherImages > 0) {
    notes.push(
      `${counts.otherImages} detections are on images that the truth does not have (${imageIds.length} images) and are left out; pycocotools refuses them`,
    );
  }
  if (counts.otherCategories > 0) notes.push(`${counts.otherCategories} detections are of categories that no person has and are left out`);
  if (counts.unscored > 0) notes.push(`${counts.unscored} detections are left out because all their key points have score 0`);
  return notes;
}
