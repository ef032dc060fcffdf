import { InputError } from "../exit.ts";
import type { Size } from "../keyValue.ts";

/** What a network is fed: pixels and images at once. */
export interface BenchSize extends Size {
  readonly batch: number;
}

/** `96x72x1,384x288x4`: height, width and batch of each. @throws InputError when it is not so, or a side is no multiple of 4. */
export function parseBenchSizes(text: string): readonly BenchSize[] {
  return text.split(",").map((part) => {
    const [, ...numbers] = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(part) ?? [];
    const [height, width, batch] = numbers.map(Number);
    if (!height || !width || !batch) throw new InputError(`sizes must be HEIGHTxWIDTHxBATCH, with commas between; got "${part}"`);
    assertCrop("sizes", { height, width });
    return { height, width, batch };
  });
}

/** @throws InputError when a side of a crop is no multiple of 4, of which heatmaps are a quarter; `option` is what it was given by. */
export function assertCrop(option: string, { height, width }: Size): void {
  if (height % 4 !== 0 || width % 4 !== 0) {
    throw new InputError(`${option}: height and width must be multiples of 4; got ${height}x${width}`);
  }
}

/** "96×72, batch 4" */
export function sizeText({ height, width, batch }: BenchSize): string {
  return `${height}×${width}, batch ${batch}`;
}
