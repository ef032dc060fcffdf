import { readFile } from "node:fs/promises";
import type { Skeleton } from "@kindling/pose";
import { InputError } from "./exit.ts";

/** The skeleton of this name, or of this JSON file. @throws InputError or SkeletonError when there is none. */
export async function chosenSkeleton(nameOrFile: string): Promise<Skeleton> {
  const { parseSkeleton, skeletonNamed } = await import("@kindling/pose");
  return /\.json$/.test(nameOrFile) ? parseSkeleton(await readJsonOption("skeleton", nameOrFile), nameOrFile) : skeletonNamed(nameOrFile);
}

/** The JSON of a file that an option names. @throws InputError when there is no such file or it is not JSON. */
export async function readJsonOption(option: string, file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new InputError(`${option}: there is no file ${file}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${option}: ${file} is not JSON (${(error as SyntaxError).message})`); // parse throws nothing else
  }
}
