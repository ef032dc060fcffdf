import { readFile } from "node:fs/promises";
import { type Dataset, DatasetError, type ReadDatasetOptions, readDataset, readDetectedBoxes, withDetectedBoxes } from "@kindling/data";
import { parseSkeleton, type Skeleton, SkeletonError, skeletonNamed } from "@kindling/pose";
import { parse, YAMLError } from "yaml";
import type { DataSetRecipe, DetectedBoxesRecipe, ReadingRecipe } from "./recipe.ts";

/** How much of a data set is read. */
export type ReadDataSetOptions = Pick<ReadDatasetOptions, "limit" | "segmentations">;

/**
 * The dataset that a recipe describes, or the first so many persons of it; with detected boxes the boxes on the images of these.
 * @throws DatasetError when a file cannot be used, SkeletonError when the skeleton is none.
 */
export async function readDataSet(
  { data, images, boxes, ...reading }: DataSetRecipe & { readonly boxes?: DetectedBoxesRecipe },
  options: ReadDataSetOptions = {},
): Promise<Dataset> {
  const dataset = await readDataset({ ...(await readingOptions(reading)), ...options, annotations: data, images });
  if (!boxes) return dataset;
  const { file, ...choice } = boxes;
  return withDetectedBoxes(options.limit === undefined ? dataset : onItsImages(dataset), await readDetectedBoxes(file, choice), file);
}

/** How a recipe's keys have a data set read: with its skeleton and list of images read from their files. @throws as {@link readDataSet}. */
export async function readingOptions({
  format,
  skeleton,
  minKeypoints,
  minArea,
  only,
  split,
}: ReadingRecipe): Promise<Omit<ReadDatasetOptions, "annotations" | "images">> {
  return {
    ...(format === undefined ? {} : { format }),
    ...(skeleton === undefined ? {} : { skeleton: await skeletonOf(skeleton) }),
    ...(minKeypoints === undefined ? {} : { minKeypoints }),
    ...(minArea === undefined ? {} : { minArea }),
    ...(only === undefined ? {} : { onlyImages: { names: await namesIn(only), source: only } }),
    ...(split === undefined ? {} : { split }),
  };
}

/** A built-in skeleton by its name, or a user's own from a JSON or YAML file. @throws SkeletonError when there is none. */
export async function skeletonOf(nameOrFile: string): Promise<Skeleton> {
  if (!/\.(json|ya?ml)$/i.test(nameOrFile)) return skeletonNamed(nameOrFile);
  try {
    return parseSkeleton(parse(await readText(nameOrFile, "the skeleton")), nameOrFile);
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    throw new SkeletonError(`${nameOrFile}: is no valid YAML or JSON (${error.message.split("\n")[0]})`);
  }
}

/** One id or file name a line; blank lines do not count. */
async function namesIn(file: string): Promise<ReadonlySet<string>> {
  const names = (await readText(file, "the list of images")).split(/\r?\n/).map((line) => line.trim());
  return new Set(names.filter((name) => name !== ""));
}

async function readText(file: string, what: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new DatasetError(`${what} ${file}: cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`);
  });
}

function onItsImages(dataset: Dataset): Dataset {
  const holding = new Set(dataset.samples.map(({ imageId }) => imageId));
  return { ...dataset, images: dataset.images.filter(({ id }) => holding.has(id)) };
}
