import { prepareScenes } from "./bottomUp/prepareScenes.ts";
import { decodeImage } from "./decode.node.ts";
import { decodedCrops, type PreparedSamples, prepareSamples, storedCrops } from "./prepareSamples.ts";
import type { PrepareTask } from "./prepareTask.ts";
import { float16Values } from "./stored/float16Values.ts";
import { readRecords } from "./stored/recordFile.node.ts";

/**
 * Prepares the samples of a task, from stored records where there are some.
 * @throws ImageError as `prepareSamples` and `prepareScenes` do, DatasetError when stored records cannot be read.
 */
export async function runPrepareTask(task: PrepareTask, into: PreparedSamples): Promise<void> {
  if (task.kind === "scenes") return prepareScenes(task.scenes, task.draws, task.options, decodeImage, into);
  const { samples, views, indices, options } = task;
  const { crops, teachers = {} } = options.stored ?? {};
  const [cropRecords, ...teacherRecords] = await Promise.all([
    crops ? readRecords(crops, indices) : null,
    ...Object.values(teachers).map((file) => readRecords(file, indices)),
  ]);
  const writeCrop = cropRecords ? storedCrops(cropRecords) : decodedCrops(decodeImage, options.input);
  await prepareSamples(samples, views, options, writeCrop, into);
  for (const [i, name] of Object.keys(teachers).entries())
    for (const [n, record] of teacherRecords[i]!.entries()) widen(record, into.teachers![name]!, n); // there is room for what is stored
}

/** The binary16 numbers of record n, as f32. */
function widen(record: Uint8Array, into: Float32Array, n: number): void {
  const values = float16Values();
  const halves = new Uint16Array(record.buffer, record.byteOffset, record.length / 2);
  for (let i = 0, at = n * halves.length; i < halves.length; i++, at++) into[at] = values[halves[i]!]!;
}
