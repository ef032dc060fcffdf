import type { Skeleton } from "@kindling/pose";
import type { Inspection } from "./inspectDocument.ts";

/** The data set to inspect, and where its page goes. */
export interface InspectDatasetOptions {
  /** The annotation file. */
  readonly annotations: string;
  /** Folder of the images. */
  readonly images: string;
  /** What the key points are; by default what the file's names and numbers fit, COCO-17 in doubt. */
  readonly skeleton?: Skeleton;
  /** The other split, which must share no image with this one. */
  readonly against?: { readonly annotations: string; readonly images: string };
  /** Look at the first so many images and their annotations only. */
  readonly limit?: number;
  /** Folder that gets `inspect.html`; without it there is no page. */
  readonly out?: string;
  /** Called as images are decoded; may throw to stop. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An inspection and where its page is. */
export interface DatasetInspection extends Inspection {
  /** Path of the page; null when none was asked for. */
  readonly page: string | null;
}
