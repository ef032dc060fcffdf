import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";
import { type ResizeProblem, resizeSizes, resizeUniforms } from "./resizeProblem.ts";

/** Nearest neighbour as in PyTorch: x → y, where output row o shows input row ⌊o · height / outHeight⌋, and columns alike. */
export const resizeNearestKernel: Kernel<ResizeProblem, typeof resizeUniforms> = defineKernel({
  name: "resizeNearest",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: resizeUniforms,
  uniformValues: (problem: ResizeProblem) => problem,
  variants: imageBandVariants(({ outHeight, outWidth }) => [outHeight, outWidth], ["x", "y"], source),
  cost: (p) => ({ flops: 0, bytes: 8 * resizeSizes(p).outputs }),
});

/** One thread per output column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  return wgsl`
${imageBands({ height: "u.outHeight", width: "u.outWidth", channels: `u.channels / ${lanes}u` })}
  let w = column * u.width / u.outWidth;
  for (var row = firstRow; row < u.outHeight; row += bands) {
    let h = row * u.height / u.outHeight;
    let at = ((n * u.outHeight + row) * u.outWidth + column) * channels + channel;
    y[at] = YElement(x[((n * u.height + h) * u.width + w) * channels + channel]);
  }
}`;
}
