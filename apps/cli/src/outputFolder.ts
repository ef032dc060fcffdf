import { mkdir } from "node:fs/promises";
import { InputError } from "./exit.ts";

/** Makes a folder that the user named, and those above it. @throws InputError when there can be none, a file of that name for example. */
export async function makeOutputFolder(option: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // mkdir rejects with nothing else
    const reason = code === "EEXIST" || code === "ENOTDIR" ? "there is a file in its place" : code;
    throw new InputError(`${option}: the folder ${folder} cannot be made (${reason}); choose another one`);
  }
}
