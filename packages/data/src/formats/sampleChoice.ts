import type { Skeleton } from "@kindling/pose";

/** How `assembleDataset` chooses samples. */
export interface SampleChoice {
  /** Name of the dataset; by default the source's file name without its extension. */
  readonly name?: string;
  /**
   * Only the first so many samples; annotations behind the last one are not counted. The dataset's `persons` are then those of the images that hold a
   * sample, and those of them that the limit keeps from being samples are marked `ignore`.
   */
  readonly limit?: number;
  /** Samples have at least so many labelled key points; persons with fewer are marked `ignore`. */
  readonly minKeypoints?: number;
  /** Samples have at least so many pixels² of area; smaller persons are marked `ignore`. */
  readonly minArea?: number;
  /** Only these images, by id or by file name without folders; the others and their persons are not part of the dataset. */
  readonly onlyImages?: ImageList;
  /** Only one part of the images. */
  readonly split?: ImageSplit;
}

/** Ids or file names of images, and the file that lists them, for messages. */
export interface ImageList {
  readonly names: ReadonlySet<string>;
  readonly source: string;
}

/** Turns images into one part for training and one for validation: shuffled by a seed, so that the same file always gives the same parts. */
export interface ImageSplit {
  readonly part: "training" | "validation";
  /** Fraction of the images that the part for validation gets, between 0 and 1. */
  readonly validation: number;
  readonly seed: number;
}

/**
 * What decides the samples of a file beside its contents and images, as the command line's keys write it: "skeleton=coco17 minKeypoints=5"; "" where nothing
 * does. A limit does not: it keeps the first samples.
 */
export function describeChoice({ minKeypoints, minArea, onlyImages, split }: SampleChoice, from: Skeleton, to: Skeleton): string {
  return [
    ...(from === to ? [] : [`skeleton=${to.name}`]),
    ...(onlyImages ? [`only=${onlyImages.source.replace(/^.*[\\/]/, "")}`] : []),
    ...(split ? [`split=${split.part}:${split.validation}:${split.seed}`] : []),
    ...(minKeypoints === undefined ? [] : [`minKeypoints=${minKeypoints}`]),
    ...(minArea === undefined ? [] : [`minArea=${minArea}`]),
  ].join(" ");
}
