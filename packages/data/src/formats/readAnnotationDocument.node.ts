import { constants } from "node:buffer";
import { readFile } from "node:fs/promises";
import { DatasetError } from "../sample.ts";

/**
 * The JSON of an annotation file, whatever is in it.
 * @throws DatasetError when there is no such file, it cannot be read, or it is not JSON.
 */
export async function readAnnotationDocument(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DatasetError(`annotations file ${file}: is not JSON (${(error as SyntaxError).message}); give a COCO-style JSON file`, {
      cause: error,
    });
  }
}

async function readText(file: string): Promise<string> {
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
