import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { withoutOrientation } from "./exifOrientation.ts";

const picture = (): Sharp => sharp({ create: { width: 8, height: 5, channels: 3, background: "#804020" } });

test.each([2, 3, 6, 8])("a JPEG with orientation %i is upright afterwards and otherwise the same", async (orientation) => {
  const bytes = Uint8Array.from(await picture().withMetadata({ orientation }).jpeg().toBuffer());
  const upright = withoutOrientation(bytes);
  expect((await sharp(bytes).metadata()).orientation).toBe(orientation);
  expect((await sharp(upright).metadata()).orientation).toBe(1);
  expect(upright.filter((byte, at) => byte !== bytes[at]).length).toBe(1);
});

test("both byte orders are understood", () => {
  // SOI, APP1 of 34 bytes: "Exif\0\0", a TIFF in big-endian order with one directory entry, the orientation.
  const big = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  const bytes = Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, ...big, 0xff, 0xd9]);
  const upright = withoutOrientation(bytes);
  expect([...upright].map((byte, at) => byte - bytes[at]!)).toEqual([...bytes].map((_, at) => (at === 12 + 19 ? -5 : 0)));
});

test("bytes without an orientation are returned as they are", async () => {
  const png = Uint8Array.from(await picture().png().toBuffer());
  const jpeg = Uint8Array.from(await picture().jpeg().toBuffer());
  for (const bytes of [png, jpeg, new Uint8Array(0), jpeg.slice(0, 3), Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0xff])]) {
    expect(withoutOrientation(bytes)).toBe(bytes);
  }
});
