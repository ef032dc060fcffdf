import { type Dirent, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Size } from "@kindling/pose";
import sharp from "sharp";
import { type Dataset, DatasetError } from "../sample.ts";
import { type AnnotationFormat, recogniseFormat } from "./annotationFormat.ts";
import { parseCoco } from "./coco.ts";
import { mpiiImages, parseMpii } from "./mpii.ts";
import type { ParseOptions } from "./parseOptions.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.node.ts";
import type { ReadDatasetOptions } from "./readDatasetOptions.ts";

/**
 * The dataset of an annotation file of any format whose images are in a folder; images that are not there are skipped and counted.
 * @throws DatasetError when the file or the folder is missing, or the file is of no known format or not as its format has it;
 * EmptyDatasetError when no sample is left.
 */
export async function readDataset({ annotations, images = path.dirname(annotations), ...rest }: ReadDatasetOptions): Promise<Dataset> {
  const document = await readAnnotationDocument(annotations, { segmentations: rest.segmentations ? "all" : "crowds" });
  const folder = await stat(images).catch(() => null);
  if (!folder?.isDirectory())
    throw new DatasetError(`images folder ${images}: there is no such folder; give the folder of the images of ${annotations}`);
  const format = rest.format ?? recogniseFormat(document, annotations, rest.skeleton);
  const exists = fileLookup();
  const options = { ...rest, source: annotations, images };
  if (format === "mpii") return parseMpii(document, { ...options, sizes: await sizesOf(mpiiImages(document, options).filter(exists)) });
  const dataset = parseCoco(document, { ...options, format, exists });
  if (rest.format === undefined || isRecognised(document, format, options)) return dataset;
  return { ...dataset, selection: [`format=${format}`, ...(dataset.selection ? [dataset.selection] : [])].join(" ") };
}

/** Whether a format that was said is the one that the contents say; formats count pixels of boxes from different numbers. */
function isRecognised(
  document: unknown,
  format: AnnotationFormat,
  { source, skeleton }: Pick<ParseOptions, "source" | "skeleton">,
): boolean {
  try {
    return recogniseFormat(document, source, skeleton) === format;
  } catch (error) {
    if (error instanceof DatasetError) return false; // the contents leave it open
    throw error;
  }
}

/** Images whose headers are read at once. */
const headersAtOnce = 64;

/** Width and height of images as their headers say; one that cannot be read has none here and counts as missing. */
async function sizesOf(paths: readonly string[]): Promise<ReadonlyMap<string, Size>> {
  const sizes = new Map<string, Size>();
  for (let first = 0; first < paths.length; first += headersAtOnce) {
    const group = paths.slice(first, first + headersAtOnce);
    const found = await Promise.all(
      group.map((file) =>
        sharp(file)
          .metadata()
          .catch(() => null),
      ),
    );
    for (const [i, image] of found.entries()) if (image) sizes.set(group[i]!, { width: image.width, height: image.height });
  }
  return sizes;
}

/** Whether a file exists; each folder is listed once, because asking the system for 150,000 files one by one takes seconds. */
function fileLookup(): (file: string) => boolean {
  const folders = new Map<string, ReadonlySet<string>>();
  return (file) => {
    const folder = path.dirname(file);
    let names = folders.get(folder);
    if (!names) folders.set(folder, (names = listFiles(folder)));
    return names.has(path.basename(file));
  };
}

function listFiles(folder: string): ReadonlySet<string> {
  let entries: readonly Dirent[] = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // A subfolder that cannot be listed has no images that could be read: they count as missing.
  }
  return new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
}
