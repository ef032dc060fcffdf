import { type EvaluateOksOptions, evaluateOks, type OksEvaluation } from "./evaluateOks.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

/** A run of joints: from, and up to but without. */
export type JointRange = readonly [from: number, to: number];

/** The parts of COCO-WholeBody's 133 joints, as its evaluation names them. */
export const wholeBodyParts: Readonly<Record<string, JointRange>> = {
  body: [0, 17],
  foot: [17, 23],
  face: [23, 91],
  left_hand: [91, 112],
  right_hand: [112, 133],
  all: [0, 133],
};

/**
 * The ten numbers of each part alone: joints and sigmas are cut to the part, labels counted there; areas and boxes of persons stay whole,
 * and so do scores. Detections whose part has no score above 0 are dropped. Source: mmpose, CocoWholeBodyMetric and
 * KeypointPartitionMetric, over xtcocotools.
 * @throws KeypointsError as evaluateOks; RangeError when a part reaches beyond the joints.
 */
export function evaluateParts<Name extends string>(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  parts: Readonly<Record<Name, JointRange>>,
  options: EvaluateOksOptions,
): Readonly<Record<Name, OksEvaluation>> {
  const results = Object.entries<JointRange>(parts).map(([name, [from, to]]) => {
    if (!(from >= 0 && from < to && to <= options.sigmas.length)) {
      throw new RangeError(`evaluateParts: ${name} is joints ${from} to ${to}, but there are ${options.sigmas.length}`);
    }
    const cut = { ...options, sigmas: options.sigmas.slice(from, to), dropUnscored: true };
    return [name, evaluateOks(cutTruth(truth, from, to), cutDetections(detections, from, to), cut)] as const;
  });
  return Object.fromEntries(results) as Record<Name, OksEvaluation>; // an entry a part
}

/** Persons with the joints from…to alone; their labels are counted anew. */
export function cutTruth(truth: readonly OksTruth[], from: number, to: number): OksTruth[] {
  return truth.map(({ labels: _ofAll, ...person }) => ({ ...person, keypoints: cut(person.keypoints, from, to) }));
}

/** Detections with the joints from…to alone; without an area of their own they have that of these. */
export function cutDetections(detections: readonly PoseDetection[], from: number, to: number): PoseDetection[] {
  return detections.map((detection) => ({ ...detection, keypoints: cut(detection.keypoints, from, to) }));
}

function cut(keypoints: ArrayLike<number>, from: number, to: number): number[] {
  return Array.from({ length: (to - from) * 3 }, (_, i) => keypoints[from * 3 + i]!);
}
