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
  /** The person's box in image pixels: an annotated one is clipped to the image (but MPII's is not), a detected one is as its file has it. */
  readonly box: Box;
  /** The detector's confidence in the box, where it is a detected one. */
  readonly score?: number;
  /** k × [x, y, v] in image pixels; v is 0 not labelled, 1 labelled but hidden, 2 visible. */
  readonly keypoints: Float32Array<ArrayBuffer>;
  /** Area of the person in pixels², which OKS is scaled by. */
  readonly area: number;
}

/** One annotated person or crowd, whether or not a network learns from it: what predictions on its image are measured against. */
export interface PersonAnnotation {
  /** The annotation's id; a sample made from it has the same. */
  readonly id: string;
  readonly imageId: number | string;
  /** k × [x, y, v] as annotated, in image pixels and full precision; all zero where the annotation has none. */
  readonly keypoints: Float64Array;
  /** As annotated: not clipped to the image. */
  readonly box: Box;
  /** In pixels², which OKS is scaled by. */
  readonly area: number;
  /** A region of many persons (COCO's `iscrowd`). */
  readonly crowd: boolean;
  /** Labelled, but kept out of the samples by a limit or a filter: neither a prediction for it nor the lack of one counts. */
  readonly ignore?: boolean;
  readonly segmentation?: Segmentation;
}

/** Where the pixels of a person or crowd are, as COCO writes it: polygons of x, y in turn, or runs of pixels down the columns. */
export type Segmentation =
  | readonly (readonly number[])[]
  | { readonly counts: readonly number[] | string; readonly size: readonly [height: number, width: number] };

/** An image of a dataset, with or without samples on it. */
export interface DatasetImage {
  readonly id: number | string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** How crowded CrowdPose finds it, 0 … 1; its easy, medium and hard parts go by it. */
  readonly crowdIndex?: number;
}

/** Why an annotation gave no sample. */
export type SkipReason =
  | "other category"
  | "missing image"
  | "image not chosen"
  | "crowd"
  | "no labelled key points"
  | "empty box"
  | "few key points"
  | "small area";

/** Samples in the order of the annotation file, and the count of what was left out, by reason. */
export interface Dataset {
  readonly name: string;
  readonly skeleton: Skeleton;
  readonly samples: readonly Sample[];
  /** Annotations left out; a reason that never occurred has no entry. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Every image of the annotation file that exists and is chosen. */
  readonly images: readonly DatasetImage[];
  /**
   * Every annotated person and crowd of these images, in the order of the file. With a limit: of the images that hold a sample, so that measuring the
   * samples' predictions against them is fair.
   */
  readonly persons: readonly PersonAnnotation[];
  /** How the samples were chosen from the file, as the command line's keys say it ("minKeypoints=5"), and the format where it was said against the contents; absent when they are all that can be learnt from, or the first of these. */
  readonly selection?: string;
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
