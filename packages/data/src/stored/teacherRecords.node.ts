import path from "node:path";
import { type CropSources, cropSources, storedName } from "./dataSources.node.ts";
import { type ExpectedRecords, openRecordFile } from "./recordFile.node.ts";
import type { RecordFile } from "./recordFile.ts";
import { openRecordWriter, type RecordWriter } from "./recordWriter.node.ts";

/** Heatmaps of a teacher for every sample of a data set. */
export interface TeacherRecordOptions extends CropSources {
  /** Folder of the file. */
  readonly directory: string;
  readonly teacher: {
    /** Name of the model; part of the file's name. */
    readonly model: string;
    /** Whatever else decides which network it is: joints, width. */
    readonly settings: string;
    /** Hash of the weights file. */
    readonly weights: string;
  };
  /** [height, width, joints] */
  readonly heatmap: readonly [number, number, number];
  /** The command that makes the file, for messages. */
  readonly command: string;
}

/** The file of a teacher's heatmaps, f16 [h',w',k] a sample. @throws DatasetError when it is missing, damaged or out of date. */
export async function openTeacherRecords(options: TeacherRecordOptions): Promise<RecordFile> {
  const expected = await expectedRecords(options);
  return openRecordFile(expected.path, expected);
}

/** Begins such a file, or goes on with an interrupted one. @throws DatasetError when the folder cannot be written to. */
export async function openTeacherRecordWriter(options: TeacherRecordOptions): Promise<RecordWriter> {
  return openRecordWriter(await expectedRecords(options));
}

async function expectedRecords(options: TeacherRecordOptions): Promise<ExpectedRecords & { readonly path: string }> {
  const { dataset, directory, teacher, heatmap, command } = options;
  const [height, width, joints] = heatmap;
  const name = `${storedName(options)}-${teacher.model}.heatmaps`;
  return {
    path: path.join(directory, name),
    sources: {
      ...(await cropSources(options)),
      teacher: `${teacher.model} ${teacher.settings}`,
      weights: teacher.weights,
      heatmap: `${height}x${width}x${joints} f16`,
    },
    records: dataset.samples.length,
    recordBytes: height * width * joints * 2,
    command,
  };
}
