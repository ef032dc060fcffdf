import type { Dataset } from "../sample.ts";
import { readDataset } from "./readDataset.browser.ts";
import type { ReadDatasetOptions } from "./readDatasetOptions.ts";

/** `readDataset` of a file that is COCO's own, whatever stands in it. */
export function readCoco(options: Omit<ReadDatasetOptions, "format">): Promise<Dataset> {
  return readDataset({ ...options, format: "coco" });
}
