import type { CocoOptions } from "./coco.ts";

/** Which COCO-style data set `readCoco` reads, and how much of it. */
export interface ReadCocoOptions extends Pick<CocoOptions, "name" | "skeleton" | "limit" | "segmentations"> {
  /** The annotation file: a path in Node, an address in a browser. */
  readonly annotations: string;
  /** Folder of the images; by default the folder of the annotations. */
  readonly images?: string;
}
