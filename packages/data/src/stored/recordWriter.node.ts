import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "node:zlib";
import { DatasetError } from "../sample.ts";
import {
  checksumBytes,
  encodeHeader,
  keyOf,
  offsetOf,
  type RecordHeader,
  type RecordSources,
  readHeader,
  readIfWhole,
} from "./recordFile.node.ts";
import type { RecordFile } from "./recordFile.ts";

/** The file that {@link openRecordWriter} writes. */
export interface RecordWriterOptions {
  readonly path: string;
  readonly sources: RecordSources;
  readonly records: number;
  readonly recordBytes: number;
}

/** Writes a record file under another name until it is complete. Disposing an unfinished one keeps what there is for the next try. */
export interface RecordWriter extends AsyncDisposable {
  /** Places without a record: all of them, or what an interrupted writer of the same file left to do. */
  readonly missing: readonly number[];
  /** Writes one record, at any place, in any order. */
  write(index: number, record: Uint8Array): Promise<void>;
  /** Flushes to the disk and gives the file its name; what had it before is replaced. @throws Error when a record is missing. */
  finish(): Promise<RecordFile>;
}

/**
 * Begins a record file, or goes on with one that was interrupted: `PATH.partial`, whose whole records are found by their checksums.
 * @throws DatasetError when the folder cannot be made or written to.
 */
export async function openRecordWriter(options: RecordWriterOptions): Promise<RecordWriter> {
  const { path: target, sources, records, recordBytes } = options;
  const partial = `${target}.partial`;
  const header: RecordHeader = { kindlingRecords: 1, sources, records, recordBytes };
  let opened: { handle: FileHandle; missing: readonly number[] };
  try {
    await mkdir(path.dirname(target), { recursive: true });
    opened = (await resume(partial, header)) ?? (await begin(partial, header));
  } catch (error) {
    throw notWritable(partial, error as NodeJS.ErrnoException);
  }
  const { handle, missing } = opened;
  const left = new Set(missing);
  return {
    missing,
    async write(index, record) {
      if (record.length !== recordBytes || !(index >= 0 && index < records)) {
        throw new RangeError(`record ${index} of ${record.length} bytes does not fit ${records} records of ${recordBytes}`);
      }
      const bytes = Buffer.allocUnsafe(recordBytes + checksumBytes);
      bytes.set(record);
      bytes.writeUInt32LE(crc32(record), recordBytes);
      try {
        // A disk may take a part and report no error.
        const { bytesWritten } = await handle.write(bytes, 0, bytes.length, offsetOf(index, recordBytes));
        if (bytesWritten !== bytes.length) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
      } catch (error) {
        throw notWritable(partial, error as NodeJS.ErrnoException);
      }
      left.delete(index);
    },
    async finish() {
      if (left.size > 0) throw new Error(`${target}: ${left.size} records are missing`);
      await handle.sync();
      await handle.close();
      await rename(partial, target);
      return { path: target, key: keyOf(sources), records, recordBytes };
    },
    // A second close of a file handle does nothing.
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function begin(partial: string, header: RecordHeader): Promise<{ handle: FileHandle; missing: readonly number[] }> {
  // Removed, not emptied: a process that still writes the old one must not write into the new.
  await rm(partial, { force: true });
  const handle = await open(partial, "wx+");
  await handle.write(encodeHeader(header), 0, undefined, 0);
  return { handle, missing: Array.from({ length: header.records }, (_, i) => i) };
}

async function resume(partial: string, header: RecordHeader): Promise<{ handle: FileHandle; missing: readonly number[] } | null> {
  const handle = await open(partial, "r+").catch(() => null);
  if (!handle) return null;
  const found = await readHeader(handle);
  if (JSON.stringify(found) !== JSON.stringify(header)) {
    await handle.close();
    return null;
  }
  const missing: number[] = [];
  for (let i = 0; i < header.records; i++) if (!(await readIfWhole(handle, i, header.recordBytes))) missing.push(i);
  return { handle, missing };
}

function notWritable(file: string, error: NodeJS.ErrnoException): Error {
  const reason =
    error.code === "ENOSPC"
      ? "the disk is full; make room and start again, it goes on where it stopped"
      : `${error.code}; choose another folder with out=DIR`;
  return error.code === undefined ? error : new DatasetError(`${file}: cannot be written: ${reason}`, { cause: error });
}
