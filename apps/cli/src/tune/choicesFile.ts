import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatChoices, parseChoices, type TunedChoice, TunedChoicesError } from "@kindling/kernels";

/** The user's file of what was measured on an adapter: in KINDLING_CACHE, else in `kindling` of XDG_CACHE_HOME, else of ~/.cache. */
export function userChoicesFile(fingerprint: string): string {
  const { KINDLING_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  const folder = own || path.join(caches || path.join(os.homedir(), ".cache"), "kindling");
  return path.join(folder, "tuned", `${fingerprint}.json`);
}

/**
 * The choices of a file for an adapter; none where there is no file.
 * @throws TunedChoicesError when it is damaged, cannot be read, or is another adapter's.
 */
export async function readChoicesFile(file: string, fingerprint: string): Promise<readonly TunedChoice[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new TunedChoicesError(`${file}: cannot be read (${error.code})`, { cause: error });
  });
  return text === undefined ? [] : parseChoices(text, fingerprint, file).choices;
}

/**
 * Changes a file of choices, which is made where there is none: reads, changes and renames a new one into place while no other process does,
 * so that of processes that tune at the same time none loses what another found.
 * @throws TunedChoicesError when the file is damaged or another adapter's, or where none can be written.
 */
export async function updateChoicesFile(
  file: string,
  fingerprint: string,
  change: (before: readonly TunedChoice[]) => readonly TunedChoice[],
): Promise<void> {
  const { writeFileAtomically } = await import("@kindling/trainer"); // with all its packages, which reading does without
  const lock = `${file}.lock`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await take(lock);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // of the file system
    throw new TunedChoicesError(`${file}: cannot be written (${code}); set KINDLING_CACHE to a folder that can`, { cause: error });
  }
  try {
    const choices = change(await readChoicesFile(file, fingerprint));
    await writeFileAtomically(file, formatChoices({ adapter: fingerprint, choices }));
  } finally {
    await rm(lock, { force: true });
  }
}

/** A lock is held for milliseconds; one that is older was left by a process that was killed. */
const abandonedMilliseconds = 10_000;

async function take(lock: string): Promise<void> {
  for (;;) {
    try {
      await (await open(lock, "wx")).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const taken = await stat(lock).catch(() => undefined);
    if (taken && Date.now() - taken.mtimeMs > abandonedMilliseconds) await rm(lock, { force: true });
    else await sleep(10);
  }
}
