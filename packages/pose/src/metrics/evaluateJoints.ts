import { averagePrecision } from "./averagePrecision.ts";
import { type EvaluateOksOptions, rankMatches } from "./evaluateOks.ts";
import { Outcome } from "./matchImage.ts";
import { keypointSimilarity, oksVariances } from "./oks.ts";
import { matchOks } from "./oksMatches.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";
import { cutDetections, cutTruth } from "./poseParts.ts";

/** How well one joint is found. Fractions; null where the joint is labelled nowhere. */
export interface JointAccuracy {
  /** Labels of persons that can be found. */
  readonly labels: number;
  /**
   * COCO's AP of the joint alone, as if it were the whole skeleton: OKS is the one joint's exp(−d² / (2·area·(2σ)²)), a person without
   * that label is ignored, and detections rank by the person's score.
   */
  readonly AP: number | null;
  /** Of all labels, those that the detection which found the person (whole-body OKS of 0.5 and more) has at a similarity of 0.5 and more. */
  readonly found: number | null;
  /** Mean similarity of those detections' joints: how near, where the person was found. Null where nobody was. */
  readonly similarity: number | null;
}

/**
 * Each joint in turn, [k]: its own AP, and what became of its labels in the evaluation of whole persons.
 * @throws KeypointsError as evaluateOks.
 */
export function evaluateJoints(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  options: EvaluateOksOptions,
): readonly JointAccuracy[] {
  const { sigmas } = options;
  const variances = oksVariances(sigmas);
  const tallies = sigmas.map(() => ({ labels: 0, found: 0, matched: 0, similarity: 0 }));
  for (const { truths, detections: all, ranges } of matchOks(truth, detections, { ...options, thresholds: [0.5] }).categories.flat()) {
    const { outcomes, matches } = ranges[0]!; // of all sizes
    for (const person of truths) {
      if (!person.ignored) for (const [k, tally] of tallies.entries()) tally.labels += person.keypoints[k * 3 + 2]! > 0 ? 1 : 0;
    }
    for (const [d, detection] of all.entries()) {
      if (outcomes[d] !== Outcome.truePositive) continue;
      const person = truths[matches[d]!]!;
      for (const [k, tally] of tallies.entries()) {
        if (!(person.keypoints[k * 3 + 2]! > 0)) continue;
        const similarity = keypointSimilarity(person, detection.keypoints, variances, k);
        tally.matched++;
        tally.similarity += similarity;
        if (similarity >= 0.5) tally.found++;
      }
    }
  }
  return tallies.map(({ labels, found, matched, similarity }, k) => ({
    labels,
    AP: labels > 0 ? averagePrecisionOf(truth, detections, k, options) : null,
    found: labels > 0 ? found / labels : null,
    similarity: matched > 0 ? similarity / matched : null,
  }));
}

function averagePrecisionOf(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  joint: number,
  options: EvaluateOksOptions,
): number | null {
  const sigmas = [options.sigmas[joint]!];
  const counted = truth.map((person) => (person.labels === 0 ? { ...person, ignore: true } : person)); // labels are counted anew
  const matches = matchOks(cutTruth(counted, joint, joint + 1), cutDetections(detections, joint, joint + 1), { ...options, sigmas });
  const values = rankMatches(matches).flatMap(([all]) => averagePrecision(all!).precisions);
  const known = values.filter((value) => value > -1);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
