import { oks } from "./oks.ts";
import type { AreaRange } from "./oksOptions.ts";
import type { OksTruth } from "./oksTruth.ts";

/** What became of a detection: a person found, a false alarm, or neither (it lies on an ignored person, or outside of the range). */
export const Outcome = { falsePositive: 0, truePositive: 1, ignored: 2 } as const;

/** A person to match: what it is compared by, and whether it is ignored in every range. */
export interface MatchedTruth extends OksTruth {
  /** Its place in the list that was given. */
  readonly index: number;
  readonly ignored: boolean;
}

/** A detection to match. */
export interface MatchedDetection {
  /** Its place in the list that was given. */
  readonly index: number;
  readonly keypoints: ArrayLike<number>;
  readonly score: number;
  readonly area: number;
}

/** The persons and detections of one image and category, the latter in descending order of their scores. */
export interface ImagePersons {
  readonly truths: readonly MatchedTruth[];
  readonly detections: readonly MatchedDetection[];
}

/** Which detection found whom in one range of areas. */
export interface ImageMatch {
  /** [t·d], an {@link Outcome} for each threshold and detection. */
  readonly outcomes: Uint8Array;
  /** [t·d], the place of the matched person in `truths`, −1 where there is none. */
  readonly matches: Int16Array;
  /** Persons of this range that are not ignored. */
  readonly persons: number;
}

/** [d·g] OKS of each detection with each person. */
export function oksMatrix({ truths, detections }: ImagePersons, variances: Float64Array): Float64Array {
  const matrix = new Float64Array(detections.length * truths.length);
  for (const [d, { keypoints }] of detections.entries()) {
    for (let g = 0; g < truths.length; g++) matrix[d * truths.length + g] = oks(truths[g]!, keypoints, variances);
  }
  return matrix;
}

/**
 * Matches greedily, as COCO does (pycocotools, cocoeval.py, `evaluateImg`): the best detection chooses first; it takes the person of highest
 * OKS, of equal ones the last; a person who is not ignored before any who is; a crowd as often as you like.
 * @param similarities [d·g], from {@link oksMatrix}.
 */
export function matchImage(
  { truths, detections }: ImagePersons,
  similarities: Float64Array,
  range: AreaRange,
  thresholds: readonly number[],
): ImageMatch {
  const outside = (area: number): boolean => area < range.from || area > range.to;
  const ignored = truths.map((truth) => truth.ignored || outside(truth.area));
  const counted = truths.flatMap((_, g) => (ignored[g] ? [] : [g]));
  const order = [...counted, ...truths.flatMap((_, g) => (ignored[g] ? [g] : []))];
  const outcomes = new Uint8Array(thresholds.length * detections.length);
  const matches = new Int16Array(thresholds.length * detections.length).fill(-1);
  const taken = new Uint8Array(truths.length);
  for (const [t, threshold] of thresholds.entries()) {
    taken.fill(0);
    for (let d = 0; d < detections.length; d++) {
      let best = Math.min(threshold, 1 - 1e-10);
      let match = -1;
      for (const g of order) {
        if (taken[g] && !truths[g]!.crowd) continue;
        if (match >= 0 && !ignored[match] && ignored[g]) break;
        const similarity = similarities[d * truths.length + g]!;
        if (similarity < best) continue;
        best = similarity;
        match = g;
      }
      const at = t * detections.length + d;
      if (match < 0) {
        outcomes[at] = outside(detections[d]!.area) ? Outcome.ignored : Outcome.falsePositive;
        continue;
      }
      taken[match] = 1;
      matches[at] = match;
      outcomes[at] = ignored[match] ? Outcome.ignored : Outcome.truePositive;
    }
  }
  return { outcomes, matches, persons: counted.length };
}
