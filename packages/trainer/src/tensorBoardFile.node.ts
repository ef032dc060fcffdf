import { appendFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeScalarEvent, encodeVersionEvent, stepOfEvent } from "./tensorBoard/event.ts";
import { decodeRecords, encodeRecord } from "./tensorBoard/record.ts";

/**
 * The event file that TensorBoard reads from a run folder (`events.out.tfevents.…`): the newest there, or a new one.
 * An existing file is cut before the first event later than `step` and before anything damaged, and goes on from there.
 */
export async function openTensorBoardFile(folder: string, step: number = 0): Promise<string> {
  const newest = (await readdir(folder))
    .filter((name) => name.startsWith(prefix))
    .sort()
    .at(-1);
  const file = path.join(folder, newest ?? `${prefix}${Math.floor(Date.now() / 1000)}.kindling`);
  if (newest !== undefined) await rewind(file, step);
  else await writeFile(file, encodeRecord(encodeVersionEvent(Date.now() / 1000)), { flag: "wx" });
  return file;
}

/** Appends scalars of one step, such as `{ "train/gt": 0.16 }`. */
export async function appendScalars(file: string, step: number, scalars: Readonly<Record<string, number>>): Promise<void> {
  await appendFile(file, encodeRecord(encodeScalarEvent(Date.now() / 1000, step, scalars)));
}

const prefix = "events.out.tfevents.";

async function rewind(file: string, step: number): Promise<void> {
  const content = await readFile(file);
  const records = decodeRecords(content);
  const later = records.findIndex(({ data }) => stepOfEvent(data) > step);
  const end = (later < 0 ? records.at(-1) : records[later - 1])?.end;
  // A file whose very first record is damaged is written anew.
  if (end === undefined) await writeFile(file, encodeRecord(encodeVersionEvent(Date.now() / 1000)));
  else if (end < content.length) await truncate(file, end);
}
