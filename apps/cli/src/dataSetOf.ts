import path from "node:path";
import { InputError } from "./exit.ts";

/** What a command was told about a data set beside its folder. */
export interface DataSetValues {
  readonly data: string | undefined;
  readonly images: string | undefined;
}

/** Where a data set is. */
export interface DataSetFiles {
  readonly annotations: string;
  readonly images: string;
}

/**
 * The data set of `DIR`, a folder as `data synthesize` writes it, or of `data=ANN images=DIR`.
 * @throws InputError when both or neither are given.
 */
export function dataSetOf(folder: string | undefined, { data, images }: DataSetValues): DataSetFiles {
  if (folder !== undefined && data !== undefined) throw new InputError("DIR and data=ANN.json are both given; give one of them");
  if (data !== undefined) return { annotations: data, images: images ?? path.dirname(data) };
  if (folder === undefined) throw new InputError("the data set is missing: give its folder, or data=ANN.json and images=DIR");
  return { annotations: path.join(folder, "annotations.json"), images: images ?? path.join(folder, "images") };
}
