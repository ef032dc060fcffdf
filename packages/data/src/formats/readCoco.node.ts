import { constants } from "node:buffer";
import { type Dirent, readdirSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Dataset } from "../sample.ts";
import { DatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import type { ReadCocoOptions } from "./readCocoOptions.ts";

/**
 * The dataset of an annotation file whose images are in a folder; images that are not there are skipped and counted (see `parseCoco`).
 * @throws DatasetError when the file or the folder is missing or the file is not COCO-style JSON; EmptyDatasetError when no sample is left.
 */
export async function readCoco({ annotations, images = path.dirname(annotations), ...options }: ReadCocoOptions): Promise<Dataset> {
  const text = await readAnnotations(annotations);
  const folder = await stat(images).catch(() => null);
  if (!folder?.isDirectory())
    throw new DatasetError(`images folder ${images}: there is no such folder; give the folder of the images of ${annotations}`);
  return parseCoco(parseJson(text, annotations), { ...options, source: annotations, images, exists: fileLookup() });
}

async function readAnnotations(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // readFile rejects with nothing else
    if (code === "ENOENT") throw new DatasetError(`annotations file ${file}: there is no such file; give a COCO-style JSON file`);
    if (code === "EISDIR") throw new DatasetError(`annotations file ${file}: is a folder; give the COCO-style JSON file in it`);
    if (code === "ERR_STRING_TOO_LONG") {
      throw new DatasetError(
        `annotations file ${file}: is longer than ${constants.MAX_STRING_LENGTH} characters; split it, or drop its segmentations`,
      );
    }
    throw new DatasetError(`annotations file ${file}: cannot be read (${code}); check its permissions`, { cause: error });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DatasetError(`annotations file ${file}: is not JSON (${(error as SyntaxError).message}); give a COCO-style JSON file`, {
      cause: error,
    });
  }
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
