import { type Dataset, DatasetError } from "../sample.ts";
import { recogniseFormat } from "./annotationFormat.ts";
import { parseCoco } from "./coco.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.browser.ts";
import type { ReadDatasetOptions } from "./readDatasetOptions.ts";

/**
 * The dataset of an annotation file at an address. Images are not looked for here: one that is missing is an ImageError when it is read.
 * @throws DatasetError when the file cannot be fetched or is not of a COCO-style format; EmptyDatasetError when no sample is left.
 */
export async function readDataset({
  annotations,
  images = annotations.replace(/\/?[^/]*$/, ""),
  ...options
}: ReadDatasetOptions): Promise<Dataset> {
  const document = await readAnnotationDocument(annotations);
  const format = options.format ?? recogniseFormat(document, annotations, options.skeleton);
  if (format === "mpii")
    throw new DatasetError(
      `annotations ${annotations}: MPII's files do not say how large their images are, which a browser cannot look up`,
    );
  return parseCoco(document, { ...options, format, source: annotations, images: images || "." });
}
