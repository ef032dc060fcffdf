import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { cropVersion } from "../crop.ts";
import { type Dataset, DatasetError } from "../sample.ts";
import type { RecordSources } from "./recordFile.node.ts";

/** A data set on disk, read, and the size of its crops. */
export interface CropSources {
  readonly dataset: Dataset;
  /** Annotation file. */
  readonly annotations: string;
  /** Folder of the images. */
  readonly images: string;
  /** Of the crops, in pixels. */
  readonly input: { readonly height: number; readonly width: number };
}

/**
 * Everything that decides the crops of a data set: the annotation file by content, the images by name, size and time of change (reading them all
 * would take as long as cropping), how the samples were chosen, the way and size of the crop, and the decoder. A folder that is moved with its times keeps them.
 * @throws DatasetError when a file is gone.
 */
export async function cropSources({ dataset, annotations, images, input }: CropSources): Promise<RecordSources> {
  return {
    annotations: await hashOfFile(annotations),
    images: await hashOfImages(dataset, images),
    crop: `${input.height}x${input.width}, version ${cropVersion}`,
    ...(dataset.selection === undefined ? {} : { selection: dataset.selection }),
    decoder: `sharp ${sharp.versions.sharp} with libvips ${sharp.versions.vips}`,
  };
}

/** The first part of the name of what is stored of a data set: its annotations, the size of its crops, and a word for how its samples were chosen. */
export function storedName({ dataset: { selection }, annotations, input }: CropSources): string {
  const chosen = selection === undefined ? "" : `-${createHash("sha256").update(selection).digest("hex").slice(0, 8)}`;
  return `${path.basename(annotations, path.extname(annotations))}-${input.height}x${input.width}${chosen}`;
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer); // a stream without encoding yields buffers
  } catch (error) {
    throw new DatasetError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  return hash.digest("hex");
}

/** Files asked for at once. */
const statsAtOnce = 64;

async function hashOfImages({ images }: Dataset, folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (let first = 0; first < images.length; first += statsAtOnce) {
    const group = images.slice(first, first + statsAtOnce);
    const found = await Promise.all(group.map((image) => stat(image.path).catch(() => null)));
    for (const [i, image] of group.entries()) {
      const file = found[i];
      if (!file) throw new DatasetError(`${image.path}: there is no such image any more`);
      hash.update(`${image.path.slice(folder.replace(/\/+$/, "").length)}\0${file.size}\0${Math.floor(file.mtimeMs)}\n`);
    }
  }
  return hash.digest("hex");
}
