import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { decodeImage } from "../decode.node.ts";
import { ImageError } from "../sample.ts";
import type { ImageFacts } from "./imageFacts.ts";

/** Which images are looked at. */
export interface ReadImageFactsOptions {
  readonly folder: string;
  /** File names as the annotation file writes them. */
  readonly files: readonly string[];
  /** Called after each image; may throw to stop. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Decodes images as the loader does, several at a time: a file that is cut off is broken, whatever its header says. */
export async function readImageFacts({ folder, files, onProgress }: ReadImageFactsOptions): Promise<ReadonlyMap<string, ImageFacts>> {
  const facts = new Map<string, ImageFacts>();
  const names = [...new Set(files)];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      facts.set(name, await factsOf(path.join(folder, name)));
      onProgress?.(facts.size, names.length);
    }
  };
  await Promise.all(Array.from({ length: imagesAtOnce }, worker));
  return facts;
}

/** As many as libuv has threads to decode in. */
const imagesAtOnce = 4;

async function factsOf(file: string): Promise<ImageFacts> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    if (bytes.code === "ENOENT" || bytes.code === "ENOTDIR") return { kind: "missing" };
    return { kind: "broken", problem: `cannot be read (${bytes.code})`, sha256: "" };
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  try {
    const { width, height } = await decodeImage(file);
    const { orientation = 1 } = await sharp(bytes).metadata();
    return { kind: "readable", width, height, orientation, sha256 };
  } catch (error) {
    if (error instanceof ImageError) return { kind: "broken", problem: error.problem, sha256 };
    throw error;
  }
}
