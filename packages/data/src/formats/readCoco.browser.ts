import { type Dataset, DatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import type { ReadCocoOptions } from "./readCocoOptions.ts";

/**
 * The dataset of an annotation file at an address. Images are not looked for here: one that is missing is an ImageError when it is read.
 * @throws DatasetError when the file cannot be fetched or is not COCO-style JSON; EmptyDatasetError when no sample is left.
 */
export async function readCoco({
  annotations,
  images = annotations.replace(/\/?[^/]*$/, ""),
  ...options
}: ReadCocoOptions): Promise<Dataset> {
  const response = await fetch(annotations);
  if (!response.ok)
    throw new DatasetError(
      `annotations ${annotations}: the server answered ${response.status}; give the address of a COCO-style JSON file`,
    );
  const document = await response.json().catch((error: unknown) => {
    throw new DatasetError(`annotations ${annotations}: is not JSON; give the address of a COCO-style JSON file`, { cause: error });
  });
  return parseCoco(document, { ...options, source: annotations, images: images || "." });
}
