import path from "node:path";
import { readDataset } from "../formats/readDataset.node.ts";
import type { ReadDatasetOptions } from "../formats/readDatasetOptions.ts";
import { createLoader } from "../loader.ts";
import { type Dataset, DatasetError } from "../sample.ts";
import { type CropSources, cropSources, storedName } from "./dataSources.node.ts";
import { type ExpectedRecords, openRecordFile } from "./recordFile.node.ts";
import type { RecordFile } from "./recordFile.ts";
import { openRecordWriter } from "./recordWriter.node.ts";

/** Which crops {@link openCrops} looks for. */
export interface StoredCropOptions extends CropSources {
  /** Folder of the crop files. */
  readonly directory: string;
}

/** What {@link cropDataset} crops, and to where. */
export interface CropDatasetOptions extends Omit<StoredCropOptions, "dataset"> {
  /** How the data set is read, and which of its persons are cropped. */
  readonly reading?: Omit<ReadDatasetOptions, "annotations" | "images">;
  /** Threads; by default as many as the machine can spare. */
  readonly workers?: number;
  /** Called with how many persons of how many have their crop; what it throws ends the work, which then goes on the next time. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A crop file and how it came to be. */
export interface CroppedDataset {
  readonly file: RecordFile;
  readonly dataset: Dataset;
  /** Crops made now; 0 when the file was there already and up to date. */
  readonly made: number;
}

/** Persons that a worker crops between two looks at the signal. */
const batchSize = 16;

/**
 * Decodes and crops every person of a data set once, exactly as a loader does, into one file of the folder: u8 RGB [h,w,3] a person, uncompressed,
 * because decompressing would cost what decoding did. The file appears under its name when it is complete; what an interrupted call has cropped is
 * used by the next.
 * @throws DatasetError and ImageError as reading the data set does, DatasetError when the folder cannot be written to.
 */
export async function cropDataset(options: CropDatasetOptions): Promise<CroppedDataset> {
  const { annotations, images, input, directory, reading, workers, onProgress } = options;
  const dataset = await readDataset({ ...reading, annotations, images });
  const expected = await expectedCrops({ dataset, annotations, images, input, directory });
  const { length: total } = dataset.samples;
  const present = await openRecordFile(expected.path, expected).catch((error: unknown) => {
    if (error instanceof DatasetError) return null;
    throw error;
  });
  if (present) return { file: present, dataset, made: 0 };

  await using writer = await openRecordWriter(expected);
  // Persons of one image one after another, so that it is decoded once.
  const imageOf = (index: number): string => dataset.samples[index]!.imagePath;
  const order = writer.missing.toSorted((a, b) => (imageOf(a) < imageOf(b) ? -1 : imageOf(a) > imageOf(b) ? 1 : a - b));
  const samples = order.map((index) => dataset.samples[index]!);
  let done = total - order.length;
  onProgress?.(done, total);
  if (order.length > 0) {
    await using loader = createLoader({
      dataset: { ...dataset, samples },
      input,
      batchSize,
      ...(workers === undefined ? {} : { workers }),
    });
    for await (const { image, indices, valid } of loader) {
      for (let n = 0; n < valid; n++) {
        await writer.write(
          order[indices[n]!]!,
          rgbOf(image.subarray((n * image.length) / batchSize, ((n + 1) * image.length) / batchSize)),
        );
      }
      done += valid;
      onProgress?.(done, total);
    }
  }
  return { file: await writer.finish(), dataset, made: order.length };
}

/**
 * The crops of a data set that {@link cropDataset} made, for `LoaderOptions.stored`.
 * @throws DatasetError when there are none, or they are not those that decoding would give now.
 */
export async function openCrops(options: StoredCropOptions): Promise<RecordFile> {
  const expected = await expectedCrops(options);
  return openRecordFile(expected.path, expected);
}

async function expectedCrops(options: StoredCropOptions): Promise<ExpectedRecords & { readonly path: string }> {
  const { dataset, annotations, images, input, directory } = options;
  const chosen = dataset.selection === undefined ? "" : `${dataset.selection} `;
  return {
    path: path.join(directory, `${storedName(options)}.crops`),
    sources: await cropSources(options),
    records: dataset.samples.length,
    recordBytes: input.height * input.width * 3,
    command: `kindling data crop data=${annotations} images=${images} ${chosen}input=${input.height}x${input.width} out=${directory}`,
  };
}

function rgbOf(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
