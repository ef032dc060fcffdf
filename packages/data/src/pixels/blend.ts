import type { Pixels } from "./pixels.ts";

/** Multiplies every value: torchvision's `adjust_brightness` of an 8-bit tensor, in float32, digits cut off. */
export function scaleBrightness(pixels: Pixels, factor: number): void {
  blend(pixels, factor, 0);
}

/** Multiplies the distance from the picture's mean grey: torchvision's `adjust_contrast` of an 8-bit tensor, in float32, digits cut off. */
export function scaleContrast(pixels: Pixels, factor: number): void {
  const { data, width, height } = pixels;
  let sum = 0;
  const end = width * height * 4;
  for (let at = 0; at < end; at += 4) {
    const redGreen = fround(fround(red * data[at]!) + fround(green * data[at + 1]!));
    sum += Math.trunc(fround(redGreen + fround(blue * data[at + 2]!)));
  }
  blend(pixels, factor, fround(fround(1 - factor) * fround(sum / (width * height))));
}

const { fround } = Math;
const [red, green, blue] = [fround(0.2989), fround(0.587), fround(0.114)];

function blend({ data, width, height }: Pixels, factor: number, offset: number): void {
  const single = fround(factor);
  const table = Uint8Array.from({ length: 256 }, (_, value) => Math.max(0, Math.min(255, fround(fround(single * value) + offset))));
  const end = width * height * 4;
  for (let at = 0; at < end; at += 4) {
    data[at] = table[data[at]!]!;
    data[at + 1] = table[data[at + 1]!]!;
    data[at + 2] = table[data[at + 2]!]!;
  }
}
