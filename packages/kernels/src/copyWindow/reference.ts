import type { Reference } from "../reference.ts";
import type { CopyWindowProblem } from "./copyWindow.ts";

/** Every pixel of y from x, or the value where x has none; nothing is rounded. */
export function copyWindowReference(p: CopyWindowProblem, x: Float64Array): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.channels).fill(p.value);
  for (let n = 0; n < p.batch; n++)
    for (let h = 0; h < p.height; h++)
      for (let w = 0; w < p.width; w++) {
        const [ho, wo] = [h - p.top, w - p.left];
        if (ho < 0 || ho >= p.outHeight || wo < 0 || wo >= p.outWidth) continue;
        for (let c = 0; c < p.channels; c++) {
          value[((n * p.outHeight + ho) * p.outWidth + wo) * p.channels + c] = x[((n * p.height + h) * p.width + w) * p.channels + c]!;
        }
      }
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}
