import { crc32c } from "./crc32c.ts";

/** A TFRecord: length (u64), masked CRC of the length, data, masked CRC of the data; little-endian. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** The whole, undamaged records from the start of a file, each with the offset at which it ends; the first bad one ends the list. */
export function decodeRecords(file: Uint8Array): readonly { readonly data: Uint8Array; readonly end: number }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: { data: Uint8Array; end: number }[] = [];
  for (let start = 0; start + 16 <= file.length; ) {
    const length = Number(view.getBigUint64(start, true));
    const end = start + 16 + length;
    if (end > file.length || view.getUint32(start + 8, true) !== maskedCrc(file.subarray(start, start + 8))) break;
    const data = file.subarray(start + 12, end - 4);
    if (view.getUint32(end - 4, true) !== maskedCrc(data)) break;
    records.push({ data, end });
    start = end;
  }
  return records;
}

/** Rotated and shifted, so that a CRC over data that contain CRCs stays meaningful (TensorFlow, core/lib/hash/crc32c.h). */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
