import type { Reference } from "../reference.ts";
import type { FlipProblem } from "./flip.ts";

/** y[n, h, w, c] = x[n, h, width − 1 − w, c], or with the rows reversed. */
export function flipReference({ batch, height, width, channels, axis }: FlipProblem, x: Float64Array): Reference {
  const value = new Float64Array(x.length);
  for (let n = 0; n < batch; n++)
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++)
        for (let c = 0; c < channels; c++) {
          const [fromRow, fromColumn] = axis === "height" ? [height - 1 - h, w] : [h, width - 1 - w];
          value[((n * height + h) * width + w) * channels + c] = x[((n * height + fromRow) * width + fromColumn) * channels + c]!;
        }
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}
