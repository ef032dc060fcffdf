import { assertKernel } from "./boxBlur.ts";
import type { Pixels } from "./pixels.ts";

/**
 * The median of the kernel × kernel pixels about each, in each channel, edges repeated: `cv2.medianBlur`, Albumentations' `MedianBlur`.
 * A histogram moves along each row (Huang 1979), so a pixel costs 2 · kernel changes and a short walk.
 * @throws RangeError when the kernel is even or below 1.
 */
export function medianBlur(pixels: Pixels, kernel: number): void {
  assertKernel("medianBlur", kernel);
  const { data, width, height } = pixels;
  const radius = kernel >> 1;
  const below = (kernel * kernel) >> 1; // values before the median in order
  const stride = width + 2 * radius;
  const plane = new Uint8Array(stride * (height + 2 * radius) + 1); // the last window, too, has a pixel behind it
  const counts = new Int32Array(256);
  for (let k = 0; k < 3; k++) {
    copyChannel(pixels, k, radius, plane);
    for (let y = 0; y < height; y++) {
      const first = y * stride; // the upper left corner of the first window
      counts.fill(0);
      for (let i = 0; i < kernel; i++) for (let j = 0; j < kernel; j++) counts[plane[first + i * stride + j]!]!++;
      let median = 0;
      let less = 0; // values below `median`
      for (let x = 0, to = y * width * 4 + k; x < width; x++, to += 4) {
        while (less + counts[median]! <= below) less += counts[median++]!;
        while (less > below) less -= counts[--median]!;
        data[to] = median;
        for (let i = 0, at = first + x; i < kernel; i++, at += stride) {
          const leaving = plane[at]!;
          const entering = plane[at + kernel]!; // behind the last window this is some other pixel, and of no use
          counts[leaving]!--;
          counts[entering]!++;
          if (leaving < median) less--;
          if (entering < median) less++;
        }
      }
    }
  }
}

/** Channel k with its edges repeated `radius` times: [height + 2·radius, width + 2·radius]. */
function copyChannel({ data, width, height }: Pixels, k: number, radius: number, plane: Uint8Array): void {
  const stride = width + 2 * radius;
  for (let y = 0; y < height + 2 * radius; y++) {
    const row = Math.max(0, Math.min(height - 1, y - radius)) * width;
    for (let x = 0; x < stride; x++) plane[y * stride + x] = data[(row + Math.max(0, Math.min(width - 1, x - radius))) * 4 + k]!;
  }
}
