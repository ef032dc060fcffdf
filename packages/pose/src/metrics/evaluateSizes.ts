import { averagePrecision, rankOutcomes } from "./averagePrecision.ts";
import type { EvaluateOksOptions } from "./evaluateOks.ts";
import { matchOks } from "./oksMatches.ts";
import { type AreaRange, cocoThresholds } from "./oksOptions.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

/** AP and AR of the persons of one range of areas; −1 where there is nobody. */
export interface SizeAccuracy {
  readonly name: string;
  readonly persons: number;
  readonly AP: number;
  readonly AR: number;
}

/** From persons below 32² pixels, of whom COCO has no key points but other data do, in steps of 2 or 3 in length. */
export const fineAreaRanges: readonly AreaRange[] = [0, 32, 64, 96, 192, 384].map((side, i, sides) => {
  const next = sides[i + 1];
  return {
    name: next === undefined ? `${side}² and more` : `${side}²–${next}²`,
    from: side ** 2,
    to: next === undefined ? Number.POSITIVE_INFINITY : next ** 2,
  };
});

/**
 * AP and AR by person size: COCO's rule for its medium and large, in any ranges of pixels² (both ends included).
 * @throws KeypointsError as evaluateOks.
 */
export function evaluateSizes(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  options: EvaluateOksOptions,
  ranges: readonly AreaRange[] = fineAreaRanges,
): readonly SizeAccuracy[] {
  const { categories, imageIds } = matchOks(truth, detections, { ...options, areaRanges: ranges });
  const ranked = categories.map((images) => rankOutcomes(images, imageIds.length, ranges.length, cocoThresholds.length));
  return ranges.map(({ name }, range) => {
    const results = ranked.map((ofCategory) => averagePrecision(ofCategory[range]!)).filter(({ persons }) => persons > 0);
    const mean = (values: readonly number[]): number =>
      values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : -1;
    return {
      name,
      persons: results.reduce((sum, { persons }) => sum + persons, 0),
      AP: mean(results.flatMap(({ precisions }) => precisions)),
      AR: mean(results.flatMap(({ recalls }) => recalls)),
    };
  });
}
