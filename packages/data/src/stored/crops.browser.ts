import { DatasetError } from "../sample.ts";
import type { CropDatasetOptions, CroppedDataset, StoredCropOptions } from "./crops.node.ts";
import type { RecordFile } from "./recordFile.ts";

/** @throws DatasetError always: a browser tab writes no files. */
export async function cropDataset({ directory }: CropDatasetOptions): Promise<CroppedDataset> {
  throw new DatasetError(`crops: a browser tab cannot write ${directory}; use the command line`);
}

/** @throws DatasetError always: a browser tab reads no files. */
export async function openCrops({ directory }: StoredCropOptions): Promise<RecordFile> {
  throw new DatasetError(`crops: a browser tab cannot read ${directory}; use the command line`);
}
