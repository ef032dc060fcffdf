import type { Skeleton } from "@kindling/pose";
import type { AnnotationFormat } from "./annotationFormat.ts";
import type { SampleChoice } from "./sampleChoice.ts";

/** What reading an annotation document of any format needs beside it. */
export interface ParseOptions extends SampleChoice {
  /** Where the document came from, for messages: a path or an address. */
  readonly source: string;
  /** Folder or address that the images' file names are appended to. */
  readonly images: string;
  /** How the document is written; by default recognised by its contents (`recogniseFormat`). */
  readonly format?: AnnotationFormat;
  /**
   * What the dataset's key points are: by default what the format's are. Others are mapped by the joints' names (`mapKeypoints`), but in a file of the
   * format "coco", and in one of no other format with as many key points, the key points are the skeleton's; unless the file names COCO's 17 and the
   * skeleton has more or fewer.
   */
  readonly skeleton?: Skeleton;
  /** Keep the segmentations of all persons, not of crowds alone. */
  readonly segmentations?: boolean;
}
