import type { ParseOptions } from "./parseOptions.ts";

/** Which data set `readDataset` reads, how, and how much of it. */
export interface ReadDatasetOptions extends Omit<ParseOptions, "source" | "images"> {
  /** The annotation file: a path in Node, an address in a browser. */
  readonly annotations: string;
  /** Folder of the images; by default the folder of the annotations. */
  readonly images?: string;
}
