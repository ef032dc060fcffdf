import { threadIndex } from "./kernel.ts";
import type { Lanes } from "./lanes.ts";

/** Rows that one thread of a banded shader works on: enough to make up for loading the channel's parameters. */
const rowsPerThread = 8;

/** Threads of a shader that starts with {@link rowBands}; `columns` are the channels, or groups of them, of a row. */
export function rowBandThreads(rows: number, columns: number): number {
  return Math.ceil(rows / rowsPerThread) * columns;
}

/** WGSL head of an entry point whose threads take every `bands`-th of `u.rows` rows from `firstRow` on, `lanes` of `u.channels` channels at once. */
export function rowBands(lanes: Lanes): string {
  return `
${threadIndex(64)}
  let channels = u.channels / ${lanes}u;
  let bands = (u.rows + ${rowsPerThread - 1}u) / ${rowsPerThread}u;
  if (index >= bands * channels) { return; }
  let firstRow = index / channels;
  let channel = index - firstRow * channels;`;
}
