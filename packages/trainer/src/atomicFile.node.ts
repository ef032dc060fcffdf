import { open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";

const suffix = ".partial";

/**
 * Writes a file so that its name holds either the old content or all of the new, whenever the process is killed:
 * a temporary file beside it, flushed to the disk, is renamed over it. Content in pieces is made and written one piece at a time.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const partial = `${file}.${process.pid}${suffix}`;
  try {
    const handle = await open(partial, "w");
    try {
      const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
      for (const piece of pieces) await handle.writeFile(piece); // each goes on where the last one ended
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Removes what killed processes left half written in a folder. */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(suffix)) await rm(path.join(folder, name), { force: true });
  }
}
