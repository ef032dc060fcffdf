import type { Size } from "@kindling/pose";
import { DatasetError, type Segmentation } from "../sample.ts";

/**
 * Sets 1 in a mask [height, width] where a segmentation is: polygons by the even-odd rule at the pixels' middles (pycocotools, which traces outlines
 * at five times the size, may take other pixels of the outline itself), or COCO's runs, plain or compressed.
 * @throws DatasetError when runs are of another size than the mask or do not fill it.
 */
export function paintSegmentation(mask: Uint8Array, size: Size, segmentation: Segmentation): void {
  if (!("counts" in segmentation)) {
    for (const polygon of segmentation) paintPolygon(mask, size, polygon);
    return;
  }
  const [height, width] = segmentation.size;
  const { counts } = segmentation;
  const runs = typeof counts === "string" ? decodeRuns(counts) : counts;
  const pixels = runs.reduce((sum, run) => sum + run, 0);
  if (height !== size.height || width !== size.width || pixels !== height * width || runs.some((run) => run < 0)) {
    throw new DatasetError(
      `segmentation: its runs cover ${pixels} pixels of a picture of ${width} × ${height}, but the image has ${size.width} × ${size.height}`,
    );
  }
  paintRuns(mask, size, runs);
}

/**
 * The runs of a compressed string: five bits a character from "0" on, low ones first, the sixth bit for more to come, the last of them the sign; from the
 * fourth run on each is written as its difference from the last but one. Source: pycocotools, common/maskApi.c `rleFrString`.
 */
export function decodeRuns(text: string): readonly number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    let [value, shift, more] = [0, 0, true];
    while (more) {
      const character = text.charCodeAt(at++) - 48;
      if (!(character >= 0 && character < 64)) throw new DatasetError(`segmentation: ${JSON.stringify(text)} are no runs of COCO's`);
      value += (character & 31) * 2 ** shift;
      shift += 5;
      more = (character & 32) !== 0;
      if (!more && (character & 16) !== 0) value -= 2 ** shift;
    }
    runs.push(value + (runs.length > 2 ? runs.at(-2)! : 0));
  }
  return runs;
}

/** Runs of 0 and 1 in turn, down the columns. */
function paintRuns(mask: Uint8Array, { width, height }: Size, runs: readonly number[]): void {
  let at = 0;
  for (const [i, run] of runs.entries()) {
    const end = at + run;
    if (i % 2 === 1) for (let place = at; place < end; place++) mask[(place % height) * width + Math.floor(place / height)] = 1;
    at = end;
  }
}

function paintPolygon(mask: Uint8Array, { width, height }: Size, polygon: readonly number[]): void {
  const corners = Math.floor(polygon.length / 2);
  for (let row = 0; row < height; row++) {
    const y = row + 0.5;
    const crossings: number[] = [];
    for (let i = 0, j = corners - 1; i < corners; j = i++) {
      const [ax, ay, bx, by] = [polygon[2 * j]!, polygon[2 * j + 1]!, polygon[2 * i]!, polygon[2 * i + 1]!];
      if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      // Pixel x is inside where its middle, x + ½, is.
      const [first, end] = [Math.max(0, Math.ceil(crossings[i]! - 0.5)), Math.min(width, Math.ceil(crossings[i + 1]! - 0.5))];
      if (first < end) mask.fill(1, row * width + first, row * width + end);
    }
  }
}
