import {
  type BootstrapOptions,
  bootstrap,
  type ImageStatistics,
  type Interval,
  type PairedInterval,
  pairedBootstrap,
} from "./bootstrap.ts";
import type { ImageId } from "./oksTruth.ts";
import { type PckSample, type PckTally, summarizePck, tallyPck } from "./pck.ts";

/** A person of a PCK, and its image. */
export interface ImagePckSample extends PckSample {
  readonly imageId: ImageId;
}

/** PCK with its bounds over images; null where nothing is labelled. @throws as pck. */
export function pckInterval(samples: readonly ImagePckSample[], threshold: number, options: BootstrapOptions = {}): Interval | null {
  const tallies = [...tallyByImage(samples, threshold).values()];
  return bootstrap(tallies.length, statisticOf(tallies), options).pck ?? null;
}

/**
 * PCK of two predictions of the same persons, and their difference, over the same drawn images; null where nothing is labelled.
 * @throws RangeError when the two are not on the same images; otherwise as pck.
 */
export function comparePck(
  first: readonly ImagePckSample[],
  second: readonly ImagePckSample[],
  threshold: number,
  options: BootstrapOptions = {},
): PairedInterval | null {
  return comparePckOfRuns([first], [second], threshold, options).pck;
}

/** Two sets of runs on the same images: their mean PCKs, and those of each joint; null where nothing is labelled. */
export interface ComparedPck {
  readonly pck: PairedInterval | null;
  readonly perJoint: readonly (PairedInterval | null)[];
}

/**
 * The mean PCK of two sets of runs (of several seeds each) on the same persons, and their differences, over the same drawn images.
 * @throws RangeError when there is no run or they are not on the same images; otherwise as pck.
 */
export function comparePckOfRuns(
  first: readonly (readonly ImagePckSample[])[],
  second: readonly (readonly ImagePckSample[])[],
  threshold: number,
  options: BootstrapOptions = {},
): ComparedPck {
  const byImage = (run: readonly ImagePckSample[]): ReadonlyMap<ImageId, PckTally> => tallyByImage(run, threshold);
  const [a, b] = [first.map(byImage), second.map(byImage)];
  const [reference] = a;
  if (!reference || b.length === 0) throw new RangeError("comparePck: there is no run to compare");
  for (const run of [...a, ...b]) {
    const missing = [...reference.keys()].find((image) => !run.has(image)) ?? [...run.keys()].find((image) => !reference.has(image));
    if (missing !== undefined) throw new RangeError(`comparePck: image ${missing} has persons in one of the two only`);
  }
  const images = [...reference.keys()];
  const statistic = (runs: readonly ReadonlyMap<ImageId, PckTally>[]): ImageStatistics<string> =>
    meanOfRuns(runs.map((run) => statisticOf(images.map((image) => run.get(image)!)))); // by the check above
  const compared = pairedBootstrap(images.length, statistic(a), statistic(b), options);
  const joints = reference.get(images[0]!)?.counts.length ?? 0;
  return { pck: compared.pck ?? null, perJoint: Array.from({ length: joints }, (_, joint) => compared[jointName(joint)] ?? null) };
}

function meanOfRuns(statistics: readonly ImageStatistics<string>[]): ImageStatistics<string> {
  return (weights) => {
    const values = statistics.map((statistic) => statistic(weights));
    const mean = (name: string): number | null => {
      const known = values.map((value) => value[name] ?? null);
      return known.includes(null) ? null : known.reduce<number>((sum, value) => sum + value!, 0) / known.length; // none is null
    };
    return Object.fromEntries(Object.keys(values[0]!).map((name) => [name, mean(name)])); // one at least
  };
}

function tallyByImage(samples: readonly ImagePckSample[], threshold: number): ReadonlyMap<ImageId, PckTally> {
  const byImage = new Map<ImageId, ImagePckSample[]>();
  for (const sample of samples) {
    const others = byImage.get(sample.imageId);
    if (others) others.push(sample);
    else byImage.set(sample.imageId, [sample]);
  }
  return new Map([...byImage].map(([image, persons]) => [image, tallyPck(persons, threshold)]));
}

/** PCK as "pck", and that of each joint. */
function statisticOf(tallies: readonly PckTally[]): ImageStatistics<string> {
  const joints = tallies[0]?.counts.length ?? 0;
  return (weights) => {
    const sum = (of: (tally: PckTally) => readonly number[]): number[] =>
      Array.from({ length: joints }, (_, k) => tallies.reduce((total, tally, image) => total + weights[image]! * of(tally)[k]!, 0));
    const { pck, perJoint, counts } = summarizePck({ found: sum(({ found }) => found), counts: sum(({ counts: labels }) => labels) });
    const ofJoints = perJoint.map((value, joint) => [jointName(joint), value] as const);
    return { pck: counts.some((count) => count > 0) ? pck : null, ...Object.fromEntries(ofJoints) };
  };
}

function jointName(joint: number): string {
  return `joint ${joint}`;
}
