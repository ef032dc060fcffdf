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
  return bootstrap(tallies.length, statisticOf(tallies), options).pck;
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
  const [a, b] = [tallyByImage(first, threshold), tallyByImage(second, threshold)];
  const missing = [...a.keys()].find((image) => !b.has(image)) ?? [...b.keys()].find((image) => !a.has(image));
  if (missing !== undefined) throw new RangeError(`comparePck: image ${missing} has persons in one of the two only`);
  const images = [...a.keys()];
  const ofFirst = statisticOf(images.map((image) => a.get(image)!)); // by the check above
  const ofSecond = statisticOf(images.map((image) => b.get(image)!));
  return pairedBootstrap(images.length, ofFirst, ofSecond, options).pck;
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

function statisticOf(tallies: readonly PckTally[]): ImageStatistics<"pck"> {
  const joints = tallies[0]?.counts.length ?? 0;
  return (weights) => {
    const sum = (of: (tally: PckTally) => readonly number[]): number[] =>
      Array.from({ length: joints }, (_, k) => tallies.reduce((total, tally, image) => total + weights[image]! * of(tally)[k]!, 0));
    const { pck, counts } = summarizePck({ found: sum(({ found }) => found), counts: sum(({ counts: labels }) => labels) });
    return { pck: counts.some((count) => count > 0) ? pck : null };
  };
}
