import { createRandom, shuffle } from "@kindling/pose";
import { DatasetError, type DatasetImage } from "../sample.ts";
import type { AnnotatedImages } from "./assembleDataset.ts";
import type { ImageSplit, SampleChoice } from "./sampleChoice.ts";

/**
 * The existing images that a choice keeps, by their id. A split goes by the images that the annotations describe, whether they exist or not.
 * @throws DatasetError when a name in the list is none of the file's, or the fraction of a split leaves one part empty.
 */
export function chooseImages(
  { source, described, images }: AnnotatedImages,
  { onlyImages, split }: SampleChoice,
): ReadonlyMap<number | string, DatasetImage> {
  if (!onlyImages && !split) return images;
  const names = new Set(described.flatMap(namesOf));
  const listed = onlyImages?.names;
  const unknown = [...(listed ?? [])].find((name) => !names.has(name));
  if (onlyImages && unknown !== undefined)
    throw new DatasetError(`${onlyImages.source}: no image of ${source} has the id or file name "${unknown}"`);
  const part = split && partOf(described, split, source);
  return new Map(
    [...images].filter(([id, image]) => (!listed || namesOf(image).some((name) => listed.has(name))) && (!part || part.has(id))),
  );
}

type DescribedImage = Pick<DatasetImage, "id" | "path">;

function namesOf({ id, path }: DescribedImage): readonly string[] {
  return [String(id), path.slice(path.lastIndexOf("/") + 1)];
}

function partOf(images: readonly DescribedImage[], { part, validation, seed }: ImageSplit, source: string): ReadonlySet<number | string> {
  const ids = [...new Set(images.map(({ id }) => id))];
  const count = Math.round(validation * ids.length);
  if (!(count > 0 && count < ids.length))
    throw new DatasetError(`${source}: a fraction of ${validation} for validation leaves one part of its ${ids.length} images empty`);
  const order = shuffle(ids, createRandom(seed));
  return new Set(part === "validation" ? order.slice(0, count) : order.slice(count));
}
