import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { coco17 } from "@kindling/pose";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { writeSamplePictures } from "./samplePictures.node.ts";
import type { SampleTile } from "./sampleTile.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-samples-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const nowhere = new Float32Array(51);
/** All joints at one point. */
const at = (x: number, y: number, v: number): Float32Array => Float32Array.from({ length: 51 }, (_, i) => [x, y, v][i % 3]!);
const tile = (gray: number, truth: Float32Array | undefined, predicted: Float32Array): SampleTile => ({
  rgba: new Uint8Array(32 * 24 * 4).fill(gray),
  width: 24,
  height: 32,
  predicted: [predicted],
  ...(truth ? { truth: [truth] } : {}),
});

async function pixels(file: string): Promise<{ rgb: (x: number, y: number) => number[]; width: number; height: number }> {
  const { data, info } = await sharp(await readFile(file))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    rgb: (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
    width: info.width,
    height: info.height,
  };
}

test("tiles stand in a grid, labels in white, predictions in colour, at their enlarged places", async () => {
  const file = path.join(folder, "grid.jpg");
  await writeSamplePictures(
    file,
    [tile(40, at(5, 8, 2), nowhere), tile(120, undefined, at(18, 24, 0.9)), tile(200, nowhere, nowhere)],
    coco17,
  );
  const { rgb, width, height } = await pixels(file);
  const [tileWidth, tileHeight] = [24 * 9, 32 * 9];
  const columns = Math.round((width - 6) / (tileWidth + 6));
  expect([width, height]).toEqual([6 + columns * (tileWidth + 6), 6 + Math.ceil(3 / columns) * (tileHeight + 6)]);

  const inTile = (i: number, x: number, y: number): number[] =>
    rgb(
      6 + (i % columns) * (tileWidth + 6) + Math.round((x + 0.5) * 9),
      6 + Math.floor(i / columns) * (tileHeight + 6) + Math.round((y + 0.5) * 9),
    );
  expect(Math.min(...inTile(0, 5, 8))).toBeGreaterThan(200);
  expect(inTile(0, 18, 24).every((value) => Math.abs(value - 40) < 12)).toBe(true);
  const [red, green, blue] = inTile(1, 18, 24);
  expect(Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!)).toBeGreaterThan(80);
  expect(inTile(2, 12, 16).every((value) => Math.abs(value - 200) < 12)).toBe(true);
});

test("joints outside a tile do not reach into the next one", async () => {
  const file = path.join(folder, "clip.jpg");
  await writeSamplePictures(file, [tile(40, at(40, 16, 2), nowhere), tile(40, undefined, nowhere)], coco17);
  const { rgb, width, height } = await pixels(file);
  for (let x = 0; x < width; x += 5) for (let y = 0; y < height; y += 5) expect(Math.max(...rgb(x, y))).toBeLessThan(80);
});

test("no tiles, or tiles of two sizes, are refused", async () => {
  const file = path.join(folder, "x.jpg");
  await expect(writeSamplePictures(file, [], coco17)).rejects.toThrow(RangeError);
  const other = { ...tile(0, undefined, nowhere), width: 32, height: 24 };
  await expect(writeSamplePictures(file, [tile(0, undefined, nowhere), other], coco17)).rejects.toThrow(/24×32 and 32×24/);
});
