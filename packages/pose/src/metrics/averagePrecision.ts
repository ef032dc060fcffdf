import { Outcome } from "./matchImage.ts";
import { descending, type MatchedImage } from "./oksMatches.ts";
import { recallThresholds } from "./oksOptions.ts";

/** The detections of a category over all images, by descending score, with their outcomes in one area range. */
export interface RankedOutcomes {
  /** [d] place of the image that a detection is on; those that are ignored at every threshold are left out. */
  readonly images: Uint32Array;
  /** [t] places in `images` of the true positives, and of what is ignored at this threshold alone; all others are false positives. */
  readonly thresholds: readonly { readonly found: Uint32Array; readonly ignored: Uint32Array }[];
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
  return Array.from({ length: ranges }, (_, range) => {
    const persons = new Float64Array(imageCount);
    for (const { image, ranges: matches } of images) persons[image]! += matches[range]!.persons;
    const unsorted = Array.from({ length: thresholds }, (_unused, t) => outcomesOf(images, range, t, scores.length));
    const counted = order.filter((at) => unsorted.some((outcomes) => outcomes[at] !== Outcome.ignored));
    const placesOf = (outcomes: Uint8Array, outcome: number): Uint32Array =>
      Uint32Array.from(counted.flatMap((at, place) => (outcomes[at] === outcome ? [place] : [])));
    return {
      images: Uint32Array.from(counted, (at) => unsortedImages[at]!),
      thresholds: unsorted.map((outcomes) => ({
        found: placesOf(outcomes, Outcome.truePositive),
        ignored: placesOf(outcomes, Outcome.ignored),
      })),
      persons,
    };
  });
}

/**
 * Precision and recall by COCO's rule (pycocotools, cocoeval.py, `accumulate`): the envelope of the precision from the right, read at the
 * first detection that reaches each recall. `weights` counts image i weights[i] times, as if its copies stood in the set.
 */
export function averagePrecision({ images, thresholds, persons }: RankedOutcomes, weights?: ArrayLike<number>): AveragePrecision {
  const times = weights ? Float64Array.from(weights) : new Float64Array(persons.length).fill(1);
  const total = persons.reduce((sum, count, image) => sum + count * times[image]!, 0);
  if (total === 0) return { precisions: thresholds.map(() => -1), recalls: thresholds.map(() => -1), persons: 0 };
  // Plain loops and shared arrays: a bootstrap comes here a thousand times.
  const drawn = new Float64Array(images.length);
  const upTo = new Float64Array(images.length); // detections at this place and before, of all outcomes
  for (let place = 0, sum = 0; place < drawn.length; place++) {
    drawn[place] = times[images[place]!]!;
    upTo[place] = sum += drawn[place]!;
  }
  const most = Math.max(...thresholds.map(({ found }) => found.length));
  const curve = { recalls: new Float64Array(most), precisions: new Float64Array(most) };
  const points = thresholds.map(({ found, ignored }) => pointOf(found, ignored, drawn, upTo, total, curve));
  return { precisions: points.map(([precision]) => precision), recalls: points.map(([, recall]) => recall), persons: total };
}

/** One threshold. Recall grows, and the envelope has its corners, at true positives only: nothing else is looked at. */
function pointOf(
  found: Uint32Array,
  ignored: Uint32Array,
  drawn: Float64Array,
  upTo: Float64Array,
  persons: number,
  { recalls, precisions }: { readonly recalls: Float64Array; readonly precisions: Float64Array },
): readonly [precision: number, recall: number] {
  let [right, left, next, points] = [0, 0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    const place = found[i]!;
    while (next < ignored.length && ignored[next]! < place) left += drawn[ignored[next++]!]!;
    if (drawn[place] === 0) continue;
    right += drawn[place]!;
    recalls[points] = right / persons;
    precisions[points++] = right / (upTo[place]! - left + Number.EPSILON);
  }
  let [sum, highest, at] = [0, 0, points];
  for (let r = recallThresholds.length - 1; r >= 0; r--) {
    const recall = recallThresholds[r]!;
    while (at > 0 && recalls[at - 1]! >= recall) {
      at--;
      if (precisions[at]! > highest) highest = precisions[at]!;
    }
    sum += highest; // 0 while no detection reaches this recall
  }
  return [sum / recallThresholds.length, points > 0 ? recalls[points - 1]! : 0];
}

/** [d] outcomes of all images' detections, one image after the other. */
function outcomesOf(images: readonly MatchedImage[], range: number, threshold: number, count: number): Uint8Array {
  const outcomes = new Uint8Array(count);
  let at = 0;
  for (const { detections, ranges } of images) {
    outcomes.set(ranges[range]!.outcomes.subarray(threshold * detections.length, (threshold + 1) * detections.length), at);
    at += detections.length;
  }
  return outcomes;
}
