import path from "node:path";
import type { RgbImage } from "@kindling/data";
import { writeFileAtomically } from "@kindling/trainer";
import sharp from "sharp";

/** `NAME-pose.jpg` for every image, numbered where names repeat: never the name of an image that is read. */
export function pictureNames(files: readonly string[]): readonly string[] {
  const taken = new Set(files.map((file) => path.basename(file)));
  return files.map((file) => {
    const stem = `${path.parse(file).name}-pose`;
    let name = `${stem}.jpg`;
    for (let number = 2; taken.has(name); number++) name = `${stem}-${number}.jpg`;
    taken.add(name);
    return name;
  });
}

/** Writes an image with an overlay (SVG) as JPEG. */
export async function writePicture(file: string, { data, width, height, channels }: RgbImage, overlay: string): Promise<void> {
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const drawn = sharp(pixels, { raw: { width, height, channels } }).composite([{ input: Buffer.from(overlay) }]);
  await writeFileAtomically(file, await drawn.jpeg({ quality: 90 }).toBuffer());
}

/** The file's name without its extension; a number where it is one, as in COCO. */
export function imageId(file: string): number | string {
  const { name } = path.parse(file);
  return /^\d{1,15}$/.test(name) ? Number(name) : name;
}
