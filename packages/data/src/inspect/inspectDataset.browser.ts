import { DatasetError } from "../sample.ts";
import type { DatasetInspection, InspectDatasetOptions } from "./inspectDataset.ts";

/** @throws DatasetError always: a browser tab reads no folders; `inspectDocument` judges a document that it has. */
export async function inspectDataset({ annotations }: InspectDatasetOptions): Promise<DatasetInspection> {
  throw new DatasetError(`inspect: a browser tab cannot read ${annotations} and its images; use the command line`);
}
