import { averagePrecision } from "./averagePrecision.ts";
import {
  type BootstrapOptions,
  bootstrap,
  type ImageStatistics,
  type Interval,
  type PairedInterval,
  pairedBootstrap,
} from "./bootstrap.ts";
import { type EvaluateOksOptions, type OksNumbers, oksNumbers, rankMatches } from "./evaluateOks.ts";
import { matchOks, type OksMatches } from "./oksMatches.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

/** COCO's ten numbers, by name. */
export const oksNumberNames: readonly (keyof OksNumbers)[] = ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"];

/**
 * COCO's ten numbers with their bounds over images; null for those that are −1. Detections are matched once: a drawn set only adds up the
 * outcomes again.
 * @throws KeypointsError as evaluateOks.
 */
export function oksIntervals(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  options: EvaluateOksOptions & BootstrapOptions,
): Readonly<Record<keyof OksNumbers, Interval | null>> {
  const matches = matchOks(truth, detections, options);
  return bootstrap(matches.imageIds.length, statisticsOf(matches), options);
}

/**
 * COCO's ten numbers of two sets of detections of the same images, and their differences, over the same drawn images; null where −1.
 * @throws KeypointsError as evaluateOks.
 */
export function compareOks(
  truth: readonly OksTruth[],
  first: readonly PoseDetection[],
  second: readonly PoseDetection[],
  options: EvaluateOksOptions & BootstrapOptions,
): Readonly<Record<keyof OksNumbers, PairedInterval | null>> {
  const [a, b] = [first, second].map((detections) => matchOks(truth, detections, options)) as [OksMatches, OksMatches]; // two of two
  return pairedBootstrap(a.imageIds.length, statisticsOf(a), statisticsOf(b), options);
}

function statisticsOf(matches: OksMatches): ImageStatistics<keyof OksNumbers> {
  const ranked = rankMatches(matches);
  return (weights) => {
    const [all, medium, large] = [0, 1, 2].map((range) => ranked.map((ranges) => averagePrecision(ranges[range]!, weights)));
    const numbers = oksNumbers(all!, medium!, large!); // three of three
    const values = oksNumberNames.map((name) => [name, numbers[name] === -1 ? null : numbers[name]]);
    return Object.fromEntries(values) as Record<keyof OksNumbers, number | null>; // an entry a name
  };
}
