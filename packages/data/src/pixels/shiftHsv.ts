import type { Pixels } from "./pixels.ts";

/** What is added to hue (in steps of 2°, 180 to the circle), saturation and value (0…255); whole numbers. */
export type HsvShift = readonly [hue: number, saturation: number, value: number];

/**
 * Adds to hue, saturation and value: what mmpose's `YOLOXHSVRandomAug` does with its gains. Hue goes round, the others stop at 0 and 255.
 * The conversions are OpenCV's 8-bit ones, bit for bit (imgproc/src/color_hsv.simd.hpp): to HSV by tables of 12-bit reciprocals, and back in float32,
 * where its vector code cuts digits off instead of rounding, so that even a shift of 0 darkens some values by one level. (Its code for the pixels
 * left over at the end of a row rounds; here all pixels are alike.)
 */
export function shiftHsv({ data, width, height }: Pixels, [hue, saturation, value]: HsvShift): void {
  const end = width * height * 4;
  for (let at = 0; at < end; at += 4) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
    const v = Math.max(r, g, b);
    const range = v - Math.min(r, g, b);
    const s = (range * saturationTable[v]! + 2048) >> 12;
    const sector = v === r ? g - b : v === g ? b - r + 2 * range : r - g + 4 * range;
    const h = ((sector * hueTable[range]! + 2048) >> 12) + hue;
    writeRgb(data, at, ((h % 180) + 180) % 180, clampByte(s + saturation), clampByte(v + value));
  }
}

/** 255 / v and 30 / range in 12 bits. */
const saturationTable = Int32Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : Math.round((255 * 4096) / v)));
const hueTable = Int32Array.from({ length: 256 }, (_, range) => (range === 0 ? 0 : Math.round((30 * 4096) / range)));

const { fround } = Math;
const hueScale = fround(6 / 180);
const byteScale = fround(1 / 255);
/** Place in [v, v(1−s), v(1−sf), v(1−s(1−f))] of red, green and blue, by sector of the hue. */
const sectorOrder = [
  [0, 3, 1],
  [2, 0, 1],
  [1, 0, 3],
  [1, 2, 0],
  [3, 1, 0],
  [0, 1, 2],
] as const;
const values = new Float32Array(4);

function writeRgb(data: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const h = fround(hue * hueScale);
  const s = fround(saturation * byteScale);
  const v = fround(value * byteScale);
  const sector = Math.trunc(h);
  const part = fround(h - sector);
  values[0] = v;
  values[1] = v * fround(1 - s);
  values[2] = v * fround(1 - s * part); // fused: a product of two float32 is exact in float64
  values[3] = v * fround(1 - s * fround(1 - part));
  const order = sectorOrder[sector]!;
  data[at] = fround(values[order[0]]! * 255);
  data[at + 1] = fround(values[order[1]]! * 255);
  data[at + 2] = fround(values[order[2]]! * 255);
}

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, value));
}
