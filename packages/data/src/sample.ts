import type { Box, Skeleton } from "@kindling/pose";

/** One person of one image: what a top-down network learns from. */
export interface Sample {
  /** The annotation's id, as a string: unique in its dataset. */
  readonly id: string;
  /** The image's id as the annotation file writes it; results files must repeat it unchanged. */
  readonly imageId: number | string;
  /** Path (Node) or address (browser) of the image. */
  readonly imagePath: string;
  /** Size in pixels as annotated, before any EXIF rotation. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** The person's box in image pixels, clipped to the image. */
  readonly box: Box;
  /** k × [x, y, v] in image pixels; v is 0 not labelled, 1 labelled but hidden, 2 visible. */
  readonly keypoints: Float32Array<ArrayBuffer>;
  /** Area of the person in pixels², which OKS is scaled by. */
  readonly area: number;
}

/** An image of a dataset, with or without samples on it. */
export interface DatasetImage {
  readonly id: number | string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** Why an annotation gave no sample. */
export type SkipReason = "other category" | "missing image" | "crowd" | "no labelled key points" | "empty box";

/** Samples in the order of the annotation file, and the count of what was left out, by reason. */
export interface Dataset {
  readonly name: string;
  readonly skeleton: Skeleton;
  readonly samples: readonly Sample[];
  /** Annotations left out; a reason that never occurred has no entry. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Every image of the annotation file that exists. */
  readonly images: readonly DatasetImage[];
}

/** An annotation file or image folder that cannot be used as a dataset: the input is wrong, not the program. */
export class DatasetError extends Error {
  override readonly name: string = "DatasetError";
}

/** A dataset that is well formed but has no sample left to learn from. */
export class EmptyDatasetError extends DatasetError {
  override readonly name = "EmptyDatasetError";
}

/** An image that is missing, broken, or of another size than annotated; the message is "path: problem". */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
    this.problem = problem;
  }
}
