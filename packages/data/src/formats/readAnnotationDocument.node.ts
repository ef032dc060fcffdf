import { open, readFile } from "node:fs/promises";
import { DatasetError } from "../sample.ts";
import { JsonPieces } from "./jsonPieces.ts";
import { record } from "./jsonValues.ts";

/** How {@link readAnnotationDocument} reads. */
export interface ReadDocumentOptions {
  /** Whether the outlines of persons that are no crowd are of interest: most of a large file. With "crowds" a large file is read without them. */
  readonly segmentations?: "all" | "crowds";
  /** A file of more bytes is large: it is parsed in pieces of bounded memory, however long it is. */
  readonly largeBytes?: number;
  /** What the file is, for messages; "annotations file" unless said. */
  readonly what?: string;
}

const chunkBytes = 4 * 2 ** 20;

/**
 * The JSON of an annotation file, whatever is in it.
 * @throws DatasetError when there is no such file, it cannot be read, or it is not JSON.
 */
export async function readAnnotationDocument(
  file: string,
  { segmentations = "all", largeBytes = 32 * 2 ** 20, what = "annotations file" }: ReadDocumentOptions = {},
): Promise<unknown> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size <= largeBytes) return JSON.parse(await readFile(handle, "utf8"));
    const pieces = new JsonPieces(segmentations === "all" ? (element) => element : withoutOutline);
    const buffer = Buffer.alloc(Math.min(chunkBytes, largeBytes));
    for (let read = await handle.read(buffer); read.bytesRead > 0; read = await handle.read(buffer)) {
      pieces.push(buffer.subarray(0, read.bytesRead));
    }
    return pieces.finish();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new DatasetError(`${what} ${file}: is not JSON (${error.message}); give a COCO-style JSON file`, { cause: error });
    }
    const { code } = error as NodeJS.ErrnoException; // what else opening and reading reject with
    if (code === "ENOENT") throw new DatasetError(`${what} ${file}: there is no such file; give a COCO-style JSON file`);
    if (code === "EISDIR") throw new DatasetError(`${what} ${file}: is a folder; give the COCO-style JSON file in it`);
    if (code === undefined) throw error;
    throw new DatasetError(`${what} ${file}: cannot be read (${code}); check its permissions`, { cause: error });
  }
}

/** An annotation without its segmentation, but for crowds; anything else as it is. */
function withoutOutline(element: unknown): unknown {
  const annotation = record(element);
  if (!annotation || annotation.iscrowd || !("segmentation" in annotation)) return element;
  const { segmentation: _, ...rest } = annotation;
  return rest;
}
