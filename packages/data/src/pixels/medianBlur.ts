import { assertKernel } from "./boxBlur.ts";
import type { Pixels } from "./pixels.ts";

/**
 * The median of the kernel × kernel pixels about each, in each channel, edges repeated: `cv2.medianBlur`, Albumentations' `MedianBlur`.
 * A histogram moves along each row (Huang 1979), so a pixel costs 2 · kernel changes and a short walk.
 * @throws RangeError when the kernel is even or below 1.
 */
export function medianBlur({ data, width, height }: Pixels, kernel: number): void {
  assertKernel("medianBlur", kernel);
  const radius = kernel >> 1;
  const below = (kernel * kernel) >> 1; // values before the median in order
  const source = data.slice();
  const column = (x: number): number => Math.max(0, Math.min(width - 1, x)) * 4;
  const counts = new Int32Array(256);
  const rows = new Int32Array(kernel);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < kernel; i++) rows[i] = Math.max(0, Math.min(height - 1, y + i - radius)) * width * 4;
    for (let k = 0; k < 3; k++) {
      counts.fill(0);
      for (let dx = -radius; dx <= radius; dx++) {
        for (let i = 0; i < kernel; i++) {
          const value = source[rows[i]! + column(dx) + k]!;
          counts[value] = counts[value]! + 1;
        }
      }
      let median = 0;
      let less = 0; // values below `median`
      for (let x = 0; x < width; x++) {
        while (less + counts[median]! <= below) less += counts[median++]!;
        while (less > below) less -= counts[--median]!;
        data[y * width * 4 + x * 4 + k] = median;
        if (x + 1 === width) break;
        const [leaving, entering] = [column(x - radius) + k, column(x + radius + 1) + k];
        for (let i = 0; i < kernel; i++) {
          const old = source[rows[i]! + leaving]!;
          const fresh = source[rows[i]! + entering]!;
          counts[old] = counts[old]! - 1;
          counts[fresh] = counts[fresh]! + 1;
          less += (fresh < median ? 1 : 0) - (old < median ? 1 : 0);
        }
      }
    }
  }
}
