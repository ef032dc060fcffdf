import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as browser from "./decode.browser.ts";
import { decodeImage } from "./decode.node.ts";
import { ImageError } from "./sample.ts";

const [width, height] = [37, 23];
const rgb = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => 255 * Math.sin(i / 50) ** 2));
const picture = (): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-decode-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each<[string, () => Promise<Buffer>]>([
  ["PNG", () => picture().png().toBuffer()],
  ["PNG with alpha, which is dropped", () => picture().ensureAlpha(0.25).png().toBuffer()],
  ["lossless WebP", () => picture().webp({ lossless: true }).toBuffer()],
  ["TIFF", () => picture().tiff({ compression: "lzw" }).toBuffer()],
  ["PNG marked as turned by EXIF, which is ignored", () => picture().withMetadata({ orientation: 6 }).png().toBuffer()],
  ["animated WebP, of which the first frame counts", () => animation().webp({ lossless: true }).toBuffer()],
])("a %s gives the stored pixels", async (_, encode) => {
  const image = await decodeImage(await stored(await encode()));
  expect({ ...image, data: null }).toEqual({ data: null, width, height, channels: 3 });
  expect(Buffer.compare(Buffer.from(image.data), rgb)).toBe(0);
});

test("grey pictures become RGB and 16 bits are cut to the upper 8", async () => {
  const grey = Uint16Array.from({ length: width * height }, (_, i) => i * 70);
  const deep = await sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace("grey16")
    .png()
    .toBuffer();
  const { data } = await decodeImage(await stored(deep));
  expect([...data]).toEqual([...grey].flatMap((value) => [value >> 8, value >> 8, value >> 8]));
});

test("CMYK becomes RGB of about the same colours", async () => {
  const { data } = await decodeImage(
    await stored(
      await sharp({ create: { width, height, channels: 3, background: "#c08040" } })
        .toColourspace("cmyk")
        .jpeg()
        .toBuffer(),
    ),
  );
  expect(data.length).toBe(rgb.length);
  for (const [k, value] of [0xc0, 0x80, 0x40].entries()) expect(Math.abs(data[k]! - value)).toBeLessThan(24);
});

test.each<[string, () => Promise<Buffer>, RegExp]>([
  ["text", async () => Buffer.from("not an image"), /is no readable image .*; replace or remove it/],
  ["nothing", async () => Buffer.alloc(0), /is no readable image/],
  ["half a JPEG", async () => (await picture().jpeg().toBuffer()).subarray(0, 500), /is no readable image/],
  ["half a PNG", async () => (await picture().png().toBuffer()).subarray(0, 200), /is no readable image/],
])("a file of %s is an ImageError that names it", async (_, encode, message) => {
  const file = await stored(await encode());
  const decoding = decodeImage(file);
  await expect(decoding).rejects.toThrow(ImageError);
  await expect(decoding).rejects.toThrow(message);
  await expect(decoding).rejects.toMatchObject({ path: file });
});

test("a missing file and a folder are ImageErrors", async () => {
  await expect(decodeImage(path.join(folder, "none.jpg"))).rejects.toThrow(/none\.jpg: there is no such image/);
  await expect(decodeImage(folder)).rejects.toThrow(/cannot be read \(EISDIR\)/);
});

test("the browser's decoder has the same interface", () => {
  expect(browser.decodeImage satisfies typeof decodeImage).toBeTypeOf("function");
});

let files = 0;
async function stored(bytes: Buffer): Promise<string> {
  const file = path.join(folder, `${files++}.image`);
  await writeFile(file, bytes);
  return file;
}

function animation(): Sharp {
  const frames = Buffer.concat([rgb, rgb.map((value) => 255 - value)]);
  return sharp(frames, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } });
}
