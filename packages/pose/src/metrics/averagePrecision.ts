import { Outcome } from "./matchImage.ts";
import type { MatchedImage } from "./oksMatches.ts";
import { descending } from "./oksMatches.ts";
import { recallThresholds } from "./oksOptions.ts";

/** The detections of a category over all images, by descending score, with their outcomes in one area range. */
export interface RankedOutcomes {
  /** [t][d] an Outcome. */
  readonly outcomes: readonly Uint8Array[];
  /** [d] place of the image that a detection is on. */
  readonly images: Uint32Array;
  /** [image] persons that can be found there. */
  readonly persons: Float64Array;
}

/** Precision and recall in one area range; −1 each where there is no person to find. */
export interface AveragePrecision {
  /** [t] mean of the interpolated precision at the recalls 0, 0.01 … 1. */
  readonly precisions: readonly number[];
  /** [t] share of the persons that were found. */
  readonly recalls: readonly number[];
  readonly persons: number;
}

/** Ranks the detections of all images, in their order where scores are equal (a stable sort, as numpy's mergesort). [range] → outcomes. */
export function rankOutcomes(images: readonly MatchedImage[], imageCount: number, ranges: number, thresholds: number): RankedOutcomes[] {
  const scores = Float64Array.from(images.flatMap(({ detections }) => detections.map(({ score }) => score)));
  const order = Array.from(scores.keys()).sort((a, b) => descending(scores[a]!, scores[b]!));
  const unsortedImages = images.flatMap(({ image, detections }) => detections.map(() => image));
  const imageOf = Uint32Array.from(order, (at) => unsortedImages[at]!);
  return Array.from({ length: ranges }, (_, range) => {
    const persons = new Float64Array(imageCount);
    for (const { image, ranges: matches } of images) persons[image]! += matches[range]!.persons;
    const outcomes = Array.from({ length: thresholds }, (_unused, t) => {
      const unsorted = new Uint8Array(scores.length);
      let at = 0;
      for (const { detections, ranges: matches } of images) {
        unsorted.set(matches[range]!.outcomes.subarray(t * detections.length, (t + 1) * detections.length), at);
        at += detections.length;
      }
      return Uint8Array.from(order, (from) => unsorted[from]!);
    });
    return { outcomes, images: imageOf, persons };
  });
}

/**
 * Precision and recall by COCO's rule (pycocotools, cocoeval.py, `accumulate`): the envelope of the precision from the right, read at the
 * first detection that reaches each recall. `weights` counts image i weights[i] times, as if its copies stood in the set.
 */
export function averagePrecision({ outcomes, images, persons }: RankedOutcomes, weights?: ArrayLike<number>): AveragePrecision {
  let total = 0;
  for (let image = 0; image < persons.length; image++) total += persons[image]! * (weights ? weights[image]! : 1);
  if (total === 0) return { precisions: outcomes.map(() => -1), recalls: outcomes.map(() => -1), persons: 0 };
  const curve = { recalls: new Float64Array(images.length), precisions: new Float64Array(images.length) };
  const points = outcomes.map((row) => pointOf(row, images, total, weights, curve));
  return { precisions: points.map(([precision]) => precision), recalls: points.map(([, recall]) => recall), persons: total };
}

/** One threshold. Recall grows, and the envelope has its corners, at true positives only: nothing else is kept of the curve. */
function pointOf(
  outcomes: Uint8Array,
  images: Uint32Array,
  persons: number,
  weights: ArrayLike<number> | undefined,
  { recalls, precisions }: { readonly recalls: Float64Array; readonly precisions: Float64Array },
): readonly [precision: number, recall: number] {
  let [found, wrong, points] = [0, 0, 0];
  for (let d = 0; d < outcomes.length; d++) {
    const outcome = outcomes[d]!;
    if (outcome === Outcome.ignored) continue;
    const weight = weights ? weights[images[d]!]! : 1;
    if (weight === 0) continue;
    if (outcome === Outcome.falsePositive) {
      wrong += weight;
      continue;
    }
    found += weight;
    recalls[points] = found / persons;
    precisions[points++] = found / (wrong + found + Number.EPSILON);
  }
  for (let at = points - 2; at >= 0; at--) if (precisions[at + 1]! > precisions[at]!) precisions[at] = precisions[at + 1]!;
  let sum = 0;
  let at = 0;
  for (const recall of recallThresholds) {
    while (at < points && recalls[at]! < recall) at++;
    if (at === points) break;
    sum += precisions[at]!;
  }
  return [sum / recallThresholds.length, points > 0 ? recalls[points - 1]! : 0];
}
