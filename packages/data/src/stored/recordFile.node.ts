import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { DatasetError } from "../sample.ts";
import type { RecordFile } from "./recordFile.ts";

/** What records were made from, in words that a sentence can use: `{ images: HASH, crop: "384x288" }`. Equal sources give equal records. */
export type RecordSources = Readonly<Record<string, string>>;

/** The first bytes of a record file: this header as JSON, filled up with spaces. */
export interface RecordHeader {
  /** Version of the format. */
  readonly kindlingRecords: 1;
  readonly sources: RecordSources;
  readonly records: number;
  readonly recordBytes: number;
}

/** Bytes before the first record. */
export const headerBytes = 4096;
/** Each record is followed by its CRC-32, little-endian, so that a damaged or unwritten one is noticed when it is read. */
export const checksumBytes = 4;

/** What stands before the first record. */
export function encodeHeader(header: RecordHeader): Buffer {
  const block = Buffer.alloc(headerBytes, " ");
  if (block.write(JSON.stringify(header)) > headerBytes - 1) throw new RangeError(`the sources of records exceed ${headerBytes} bytes`);
  block[headerBytes - 1] = 0x0a;
  return block;
}

/** Hex SHA-256 of a record file's sources. */
export function keyOf(sources: RecordSources): string {
  return createHash("sha256").update(JSON.stringify(sources)).digest("hex");
}

/** Where record `index` begins. */
export function offsetOf(index: number, recordBytes: number): number {
  return headerBytes + index * (recordBytes + checksumBytes);
}

/** The header of an open file; null when it is no record file. */
export async function readHeader(handle: FileHandle): Promise<RecordHeader | null> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
  if (bytesRead < headerBytes) return null;
  try {
    const header = JSON.parse(buffer.toString()) as RecordHeader; // checked below
    return header.kindlingRecords === 1 && typeof header.sources === "object" ? header : null;
  } catch {
    return null;
  }
}

/** What a record file must be to be used. */
export interface ExpectedRecords {
  readonly sources: RecordSources;
  /** At least so many; a file of a whole data set serves its first samples too. */
  readonly records: number;
  readonly recordBytes: number;
  /** The command that makes the file, for messages. */
  readonly command: string;
}

/**
 * A record file, which is not read yet.
 * @throws DatasetError when it is missing, cut off, too short, or made from other sources; the sentence names the sources that differ and the
 * command that makes it again.
 */
export async function openRecordFile(path: string, { sources, records, recordBytes, command }: ExpectedRecords): Promise<RecordFile> {
  const refuse = (problem: string): never => {
    throw new DatasetError(`${path}: ${problem}; make it with: ${command}`);
  };
  const handle = await open(path).catch((error: NodeJS.ErrnoException) =>
    refuse(error.code === "ENOENT" ? "there is no such file" : `cannot be read (${error.code})`),
  );
  try {
    const header = await readHeader(handle);
    if (!header) return refuse("is damaged or was made by another version of Kindling");
    const names = new Set([...Object.keys(sources), ...Object.keys(header.sources)]);
    const differing = [...names].filter((name) => sources[name] !== header.sources[name]);
    if (differing.length > 0) return refuse(`is out of date: it was made with other ${differing.join(", other ")}`);
    if (header.recordBytes !== recordBytes) return refuse(`its records have ${header.recordBytes} bytes, not ${recordBytes}`);
    if (header.records < records) return refuse(`holds ${header.records} of ${records} persons`);
    const { size } = await handle.stat();
    if (size !== offsetOf(header.records, recordBytes)) {
      return refuse(`is cut off: it has ${size} of ${offsetOf(header.records, recordBytes)} bytes`);
    }
    return { path, key: keyOf(sources), records: header.records, recordBytes };
  } finally {
    await handle.close();
  }
}

/**
 * The records at some places, in that order. Reads ranges, from the system's page cache when they were read before. The file is opened anew and
 * its key compared, so that one that was replaced meanwhile is not taken for the old one.
 * @throws DatasetError when the file is gone, was replaced, or a record is damaged.
 */
export async function readRecords({ path, key, recordBytes }: RecordFile, indices: readonly number[]): Promise<readonly Uint8Array[]> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DatasetError(`${path}: cannot be read any more (${error.code}); make it again`, { cause: error });
  });
  try {
    const header = await readHeader(handle);
    if (!header || keyOf(header.sources) !== key) throw new DatasetError(`${path}: was replaced while it was in use; start again`);
    return await Promise.all(indices.map((index) => readRecord(handle, index, recordBytes, path)));
  } finally {
    await handle.close();
  }
}

async function readRecord(handle: FileHandle, index: number, recordBytes: number, path: string): Promise<Uint8Array> {
  const record = await readIfWhole(handle, index, recordBytes);
  if (!record) throw new DatasetError(`${path}: record ${index} is damaged; remove the file and make it again`);
  return record;
}

/** A record whose checksum is right; null for one that is damaged, cut off or was never written. */
export async function readIfWhole(handle: FileHandle, index: number, recordBytes: number): Promise<Uint8Array | null> {
  const length = recordBytes + checksumBytes;
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, offsetOf(index, recordBytes));
  if (bytesRead < length) return null;
  const record = buffer.subarray(0, recordBytes);
  return buffer.readUInt32LE(recordBytes) === crc32(record) ? record : null;
}
