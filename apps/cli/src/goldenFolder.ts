import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { GoldenFiles } from "@kindling/proof";
import { InputError } from "./exit.ts";

/** A folder of reference values on disk. Its methods throw InputError when something there cannot be read. */
export function goldenFolder(folder: string): GoldenFiles {
  return {
    name: folder,
    read: (file) => unlessAbsent(folder, readFile(path.join(folder, file))),
    list: async (part) => (await unlessAbsent(folder, readdir(path.join(folder, part))))?.sort(),
  };
}

async function unlessAbsent<T>(folder: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new InputError(code === "ENOTDIR" ? `golden: ${folder} is no folder` : `golden: ${message}`, { cause: error });
  }
}
