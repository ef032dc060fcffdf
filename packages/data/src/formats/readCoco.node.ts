import { type Dirent, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Dataset } from "../sample.ts";
import { DatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.node.ts";
import type { ReadCocoOptions } from "./readCocoOptions.ts";

/**
 * The dataset of an annotation file whose images are in a folder; images that are not there are skipped and counted (see `parseCoco`).
 * @throws DatasetError when the file or the folder is missing or the file is not COCO-style JSON; EmptyDatasetError when no sample is left.
 */
export async function readCoco({ annotations, images = path.dirname(annotations), ...options }: ReadCocoOptions): Promise<Dataset> {
  const document = await readAnnotationDocument(annotations);
  const folder = await stat(images).catch(() => null);
  if (!folder?.isDirectory())
    throw new DatasetError(`images folder ${images}: there is no such folder; give the folder of the images of ${annotations}`);
  return parseCoco(document, { ...options, source: annotations, images, exists: fileLookup() });
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
