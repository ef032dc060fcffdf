import { readFile } from "node:fs/promises";
import { writeFileAtomically } from "./atomicFile.node.ts";
import { type EpochResults, resultsFromCsv, resultsToCsv } from "./results.ts";

/** Writes results.csv anew. */
export async function writeResults(file: string, rows: readonly EpochResults[]): Promise<void> {
  await writeFileAtomically(file, resultsToCsv(rows));
}

/** The rows of results.csv up to a step, to go on from; no file: none. */
export async function readResults(file: string, upToStep: number = Number.POSITIVE_INFINITY): Promise<readonly EpochResults[]> {
  try {
    return resultsFromCsv(await readFile(file, "utf8")).filter(({ step }) => step <= upToStep);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
