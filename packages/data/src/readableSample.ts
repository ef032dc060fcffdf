import type { PreparedSamples } from "./prepareSamples.ts";
import { DatasetError, ImageError } from "./sample.ts";

/** A sample whose image could not be read, and the one that stands in its place. */
export interface ReplacedSample {
  /** Its place in the samples, as in `Batch.indices`. */
  readonly index: number;
  /** The place of the one that is there instead. */
  readonly by: number;
  /** Of the image, and what is wrong with it. */
  readonly path: string;
  readonly problem: string;
}

/** A prepared sample, alone, with its place among the samples. */
export interface ReadableSample {
  readonly index: number;
  readonly prepared: PreparedSamples;
  readonly replaced?: ReplacedSample;
}

/**
 * The sample at a place of an epoch's order; where its image cannot be read, the next one in the order that can, after the last the first.
 * So what takes a place follows from the order and the files alone, whoever prepares it and wherever a run goes on.
 * @throws DatasetError when `longestRun` samples in a row cannot be read: then it is the folder, not an image.
 */
export async function readableSample(
  order: readonly number[],
  place: number,
  prepare: (index: number) => Promise<PreparedSamples>,
  longestRun: number,
): Promise<ReadableSample> {
  const index = order[place]!; // a place of the order
  let first: ImageError | undefined;
  for (let ahead = 0; ahead < Math.min(longestRun, order.length); ahead++) {
    const by = order[(place + ahead) % order.length]!;
    try {
      const prepared = await prepare(by);
      return { index: by, prepared, ...(first ? { replaced: { index, by, path: first.path, problem: first.problem } } : {}) };
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      first ??= error;
    }
  }
  throw new DatasetError(`${longestRun} samples in a row cannot be read; the first: ${first?.message}; look with: kindling data inspect`, {
    cause: first,
  });
}

/** The share of an epoch's samples that may be replaced before training stops; one always may. */
export const replacedShare = 0.1;

/** @throws DatasetError when so many of an epoch's samples have been replaced that training would not be what it says. */
export function assertFewReplaced(replaced: number, samples: number, last: ReplacedSample): void {
  if (replaced <= Math.max(1, replacedShare * samples)) return;
  throw new DatasetError(
    `${replaced} of ${samples} samples of this epoch could not be read, more than ${100 * replacedShare} %; the last: ${last.path}: ${last.problem}; look with: kindling data inspect`,
  );
}
