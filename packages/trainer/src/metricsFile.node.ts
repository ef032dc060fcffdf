import { appendFile, readFile, truncate } from "node:fs/promises";

/** Something that happened after `step` steps and `epoch` complete epochs; the rest is whatever describes it, as JSON. */
export interface MetricsEvent {
  readonly kind: string;
  readonly step: number;
  readonly epoch?: number;
}

/** Appends events to metrics.jsonl, one line each. NaN and infinities are written as null, as JSON has it. */
export async function appendMetrics(file: string, ...events: readonly MetricsEvent[]): Promise<void> {
  await appendFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

/** The events of a metrics.jsonl in order; a last line that a killed process left unfinished is left out. No file: no events. */
export async function readMetrics(file: string): Promise<readonly MetricsEvent[]> {
  return parseEvents(await contentOf(file)).map(({ event }) => event);
}

/**
 * Cuts the file before the first event later than `step` or `epoch`, so that a run resumed from there repeats nothing. Both are needed:
 * a run may stop after the last step of an epoch and before the epoch's own event. Events up to a saved state are written before the state is.
 */
export async function rewindMetrics(file: string, step: number, epoch: number = Number.POSITIVE_INFINITY): Promise<void> {
  const content = await contentOf(file);
  const events = parseEvents(content);
  const later = events.findIndex(({ event }) => event.step > step || (event.epoch ?? 0) > epoch);
  const end = (later < 0 ? events.at(-1) : events[later - 1])?.end ?? 0;
  if (end < content.length) await truncate(file, end);
}

function parseEvents(content: Buffer): readonly { event: MetricsEvent; end: number }[] {
  const events: { event: MetricsEvent; end: number }[] = [];
  for (let start = 0; ; ) {
    const newline = content.indexOf(0x0a, start);
    if (newline < 0) return events;
    events.push({ event: JSON.parse(content.toString("utf8", start, newline)) as MetricsEvent, end: newline + 1 }); // our own lines
    start = newline + 1;
  }
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
