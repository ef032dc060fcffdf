import { DatasetError } from "../sample.ts";
import type { RecordFile } from "./recordFile.ts";
import type { RecordWriter } from "./recordWriter.node.ts";
import type { TeacherRecordOptions } from "./teacherRecords.node.ts";

/** @throws DatasetError always: a browser tab reads no files. */
export async function openTeacherRecords({ directory }: TeacherRecordOptions): Promise<RecordFile> {
  throw new DatasetError(`teacher cache: a browser tab cannot read ${directory}; use the command line`);
}

/** @throws DatasetError always: a browser tab writes no files. */
export async function openTeacherRecordWriter({ directory }: TeacherRecordOptions): Promise<RecordWriter> {
  throw new DatasetError(`teacher cache: a browser tab cannot write ${directory}; use the command line`);
}
