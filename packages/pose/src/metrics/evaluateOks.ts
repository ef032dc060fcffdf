import { type AveragePrecision, averagePrecision, type RankedOutcomes, rankOutcomes } from "./averagePrecision.ts";
import { matchOks, type OksCounts, type OksMatches } from "./oksMatches.ts";
import { cocoAreaRanges, cocoThresholds, type OksOptions } from "./oksOptions.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

/** COCO's ten numbers for key points, in its order: fractions, or −1 where there is nobody to find. */
export interface OksNumbers {
  /** Mean of the average precision over OKS 0.50, 0.55 … 0.95. */
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  /** Of persons of 32² to 96² pixels. */
  readonly AP_M: number;
  /** Of persons of 96² pixels and more. */
  readonly AP_L: number;
  /** Mean of the recall over the thresholds. */
  readonly AR: number;
  readonly AR50: number;
  readonly AR75: number;
  readonly AR_M: number;
  readonly AR_L: number;
}

/** What an evaluation by OKS found. */
export interface OksEvaluation extends OksNumbers {
  /** [10] AP at each threshold, persons of all sizes. */
  readonly perThreshold: readonly number[];
  /** Persons in each of COCO's ranges of areas. */
  readonly sizes: Readonly<Record<"all" | "medium" | "large", number>>;
  readonly counts: OksCounts;
}

/** Options of {@link evaluateOks}: thresholds and ranges are COCO's. */
export type EvaluateOksOptions = Omit<OksOptions, "thresholds" | "areaRanges">;

/**
 * The ten numbers of `COCOeval(…, "keypoints")` of pycocotools, for any skeleton: same order of equals, crowds, ignored persons, limits.
 * @throws KeypointsError when a person or a detection has another number of joints than there are sigmas.
 */
export function evaluateOks(truth: readonly OksTruth[], detections: readonly PoseDetection[], options: EvaluateOksOptions): OksEvaluation {
  return summarizeMatches(matchOks(truth, detections, options));
}

/** The ten numbers of matches that were made with COCO's thresholds and ranges. */
export function summarizeMatches(matches: OksMatches): OksEvaluation {
  const ranked = rankMatches(matches);
  const [all, medium, large] = cocoAreaRanges.map((_, range) => ranked.map((ranges) => averagePrecision(ranges[range]!)));
  return {
    ...oksNumbers(all!, medium!, large!),
    perThreshold: cocoThresholds.map((_, t) => mean(all!.map(({ precisions }) => precisions[t]!))),
    sizes: { all: personsOf(all!), medium: personsOf(medium!), large: personsOf(large!) },
    counts: matches.counts,
  };
}

/** [category][range] outcomes of all images by descending score; for matches made with COCO's thresholds and ranges. */
export function rankMatches({ categories, imageIds }: OksMatches): readonly (readonly RankedOutcomes[])[] {
  return categories.map((images) => rankOutcomes(images, imageIds.length, cocoAreaRanges.length, cocoThresholds.length));
}

/** The ten numbers from what each category comes to in COCO's three ranges (`summarize` of pycocotools). */
export function oksNumbers(
  all: readonly AveragePrecision[],
  medium: readonly AveragePrecision[],
  large: readonly AveragePrecision[],
): OksNumbers {
  const precision = (range: readonly AveragePrecision[]): number => mean(range.flatMap(({ precisions }) => precisions));
  const recall = (range: readonly AveragePrecision[]): number => mean(range.flatMap(({ recalls }) => recalls));
  const at = (t: number): { readonly AP: number; readonly AR: number } => ({
    AP: mean(all.map(({ precisions }) => precisions[t]!)),
    AR: mean(all.map(({ recalls }) => recalls[t]!)),
  });
  const [half, strict] = [at(0), at(5)]; // OKS 0.50 and 0.75
  return {
    AP: precision(all),
    AP50: half.AP,
    AP75: strict.AP,
    AP_M: precision(medium),
    AP_L: precision(large),
    AR: recall(all),
    AR50: half.AR,
    AR75: strict.AR,
    AR_M: recall(medium),
    AR_L: recall(large),
  };
}

/** Mean of what is not −1; −1 where nothing else is there. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => value > -1);
  return known.length === 0 ? -1 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function personsOf(range: readonly AveragePrecision[]): number {
  return range.reduce((sum, { persons }) => sum + persons, 0);
}
