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
  const { darker, lighter } = sectorTables();
  const end = width * height * 4;
  for (let at = 0; at < end; at += 4) {
    const r = data[at]!;
    const g = data[at + 1]!;
    const b = data[at + 2]!;
    const top = Math.max(r, g, b);
    const range = top - Math.min(r, g, b);
    const place = top === r ? g - b : top === g ? b - r + 2 * range : r - g + 4 * range;
    const h = modulo(((place * hueTable[range]! + 2048) >> 12) + hue, 180);
    const s = clampByte(((range * saturationTable[top]! + 2048) >> 12) + saturation);
    const v = bytes[clampByte(top + value)]!;

    const high = cut(v);
    const low = cut(fround(v * fround(1 - bytes[s]!)));
    const sector = Math.trunc(h / 30);
    // In even sectors the middle colour rises with the hue, in odd ones it falls.
    const middle = cut(fround(v * (sector % 2 === 0 ? lighter : darker)[h * 256 + s]!));
    data[at] = sector === 0 || sector === 5 ? high : sector === 1 || sector === 4 ? middle : low;
    data[at + 1] = sector === 1 || sector === 2 ? high : sector === 0 || sector === 3 ? middle : low;
    data[at + 2] = sector === 3 || sector === 4 ? high : sector === 2 || sector === 5 ? middle : low;
  }
}

const { fround } = Math;

/** 255 / v and 30 / range in 12 bits. */
const saturationTable = Int32Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : Math.round((255 * 4096) / v)));
const hueTable = Int32Array.from({ length: 256 }, (_, range) => (range === 0 ? 0 : Math.round((30 * 4096) / range)));
/** A byte's share of 255, in float32. */
const bytes = Float32Array.from({ length: 256 }, (_, byte) => byte * fround(1 / 255));

/** A share of 255 as a byte, digits cut off. */
function cut(share: number): number {
  return fround(share * 255) & 255;
}

interface SectorTables {
  /** 1 − s·f by hue and saturation [180,256], f being the hue's place in its sector. */
  readonly darker: Float32Array;
  /** 1 − s·(1 − f). */
  readonly lighter: Float32Array;
}

let tables: SectorTables | undefined;

function sectorTables(): SectorTables {
  if (tables) return tables;
  const darker = new Float32Array(180 * 256);
  const lighter = new Float32Array(180 * 256);
  for (let hue = 0; hue < 180; hue++) {
    const h = fround(hue * fround(6 / 180));
    const part = fround(h - Math.trunc(h));
    for (let s = 0; s < 256; s++) {
      // Fused: a product of two float32 is exact in float64, and the difference is rounded once.
      darker[hue * 256 + s] = 1 - bytes[s]! * part;
      lighter[hue * 256 + s] = 1 - bytes[s]! * fround(1 - part);
    }
  }
  tables = { darker, lighter };
  return tables;
}

function modulo(value: number, period: number): number {
  const rest = value % period;
  return rest < 0 ? rest + period : rest;
}

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, value));
}
