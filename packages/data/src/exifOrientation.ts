/**
 * A JPEG's bytes with its EXIF orientation set to 1, "as stored"; bytes without an orientation (or of another format) as they are.
 * Source: CIPA DC-008 (Exif 2.32), §4.5.2 the APP1 segment and §4.6.4 tag 0x0112.
 */
export function withoutOrientation(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = orientationOffset(bytes);
  if (at === null) return bytes;
  const upright = bytes.slice();
  upright.set(at.littleEndian ? [1, 0] : [0, 1], at.offset);
  return upright;
}

/** Where the two bytes of the orientation's value are. */
function orientationOffset(bytes: Uint8Array): { readonly offset: number; readonly littleEndian: boolean } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  // Segments: marker, length (which counts itself), payload; the scan (0xffda) ends the headers.
  for (let at = 2; at + 4 <= view.byteLength && view.getUint16(at) !== 0xffda; at += 2 + view.getUint16(at + 2)) {
    const end = Math.min(view.byteLength, at + 2 + view.getUint16(at + 2));
    const isExif = view.getUint16(at) === 0xffe1 && at + 18 <= end && view.getUint32(at + 4) === 0x45786966; // "Exif"
    if (isExif) return orientationEntry(view, at + 10, end);
  }
  return null;
}

/** Looks through the first directory of the TIFF that starts at `tiff`. */
function orientationEntry(view: DataView, tiff: number, end: number): { readonly offset: number; readonly littleEndian: boolean } | null {
  const littleEndian = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, littleEndian);
  if (directory + 2 > end) return null;
  const entries = view.getUint16(directory, littleEndian);
  for (let entry = directory + 2; entry < directory + 2 + entries * 12 && entry + 12 <= end; entry += 12) {
    if (view.getUint16(entry, littleEndian) === 0x0112) return { offset: entry + 8, littleEndian };
  }
  return null;
}
