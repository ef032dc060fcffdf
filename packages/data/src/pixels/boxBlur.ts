import type { Pixels } from "./pixels.ts";

/**
 * The mean of the kernel × kernel pixels about each, edges mirrored without repeating them: `cv2.blur`, which is Albumentations' `Blur`.
 * @throws RangeError when the kernel is even or below 1.
 */
export function boxBlur({ data, width, height }: Pixels, kernel: number): void {
  assertKernel("boxBlur", kernel);
  const radius = kernel >> 1;
  const area = kernel * kernel;
  const half = area >> 1; // the area is odd, so there are no ties
  const columns = mirroredPlaces(width, radius);
  const rows = mirroredPlaces(height, radius);
  const sums = new Uint16Array(width * height * 3); // up to 7 × 255 fits; across the rows
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < 3; k++) {
      let sum = 0;
      for (let i = 0; i < kernel; i++) sum += data[(y * width + columns[i]!) * 4 + k]!;
      for (let x = 0; x < width; x++) {
        sums[(y * width + x) * 3 + k] = sum;
        if (x + 1 < width) sum += data[(y * width + columns[x + kernel]!) * 4 + k]! - data[(y * width + columns[x]!) * 4 + k]!;
      }
    }
  }
  const total = new Int32Array(width * 3);
  const addRow = (y: number, sign: number): void => {
    for (let i = 0, at = y * width * 3; i < total.length; i++, at++) total[i] = total[i]! + sign * sums[at]!;
  };
  for (let i = 0; i < kernel; i++) addRow(rows[i]!, 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width * 4; x < width; x++, at += 4) {
      for (let k = 0; k < 3; k++) data[at + k] = Math.floor((total[x * 3 + k]! + half) / area);
    }
    if (y + 1 < height) {
      addRow(rows[y]!, -1);
      addRow(rows[y + kernel]!, 1);
    }
  }
}

/** The pixel that stands at place −radius … length − 1 + radius, mirrored about the middles of the first and the last. */
function mirroredPlaces(length: number, radius: number): Int32Array {
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => {
    if (length === 1) return 0;
    const period = 2 * (length - 1);
    const place = (((i - radius) % period) + period) % period;
    return place < length ? place : period - place;
  });
}

/** @throws RangeError when the kernel is no odd number of at least 1. */
export function assertKernel(caller: string, kernel: number): void {
  if (!Number.isInteger(kernel) || kernel < 1 || kernel % 2 === 0 || kernel > 255) {
    throw new RangeError(`${caller}: the kernel must be odd and 1 … 255; got ${kernel}`);
  }
}
