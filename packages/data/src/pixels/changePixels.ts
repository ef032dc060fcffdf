import type { Box, PixelChange } from "@kindling/pose";
import { scaleBrightness, scaleContrast } from "./blend.ts";
import { boxBlur } from "./boxBlur.ts";
import { medianBlur } from "./medianBlur.ts";
import type { Pixels } from "./pixels.ts";
import { shiftHsv } from "./shiftHsv.ts";

/** Does the changes of an augmented view to its crop, in place and in their order. */
export function changePixels(pixels: Pixels, changes: readonly PixelChange[]): void {
  for (const change of changes) {
    switch (change.kind) {
      case "brightness":
        scaleBrightness(pixels, change.factor);
        break;
      case "contrast":
        scaleContrast(pixels, change.factor);
        break;
      case "hsv":
        shiftHsv(pixels, change.shift);
        break;
      case "blur":
        boxBlur(pixels, change.kernel);
        break;
      case "medianBlur":
        medianBlur(pixels, change.kernel);
        break;
      case "hole":
        blacken(pixels, change.box);
        break;
      default:
        change satisfies never;
    }
  }
}

/** Makes a rectangle of whole pixels black. */
function blacken({ data, width }: Pixels, { x, y, width: columns, height: rows }: Box): void {
  for (let row = y; row < y + rows; row++) {
    for (let at = (row * width + x) * 4; at < (row * width + x + columns) * 4; at += 4) data.fill(0, at, at + 3);
  }
}
