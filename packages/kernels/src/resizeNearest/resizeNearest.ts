import { imageBands, imageBandThreads } from "../imageBands.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
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
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(threads(p, 1), 64) },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => source(4),
      workgroups: (p) => grid(threads(p, 4), 64),
    },
  ],
  cost: (p) => ({ flops: 0, bytes: 8 * resizeSizes(p).outputs }),
});

/** One thread per output column and `lanes` channels of a band of rows. */
function source(lanes: 1 | 4): string {
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

function threads(p: ResizeProblem, lanes: 1 | 4): number {
  return imageBandThreads(p.batch, p.outHeight, (p.outWidth * p.channels) / lanes);
}
