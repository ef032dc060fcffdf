import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type ResizeProblem, resizeSizes, resizeUniforms } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";

/** Gradient of nearest-neighbour resizing: dy → dx. Each input pixel sums the rectangle of outputs that shows it. */
export const resizeNearestInputGradKernel: Kernel<ResizeProblem, typeof resizeUniforms> = defineKernel({
  name: "resizeNearestInputGrad",
  reads: ["dy"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  uniforms: resizeUniforms,
  uniformValues: (problem: ResizeProblem) => problem,
  variants: imageBandVariants(({ height, width }) => [height, width], ["dy", "dx"], source),
  cost: (p) => ({ flops: resizeSizes(p).outputs, bytes: 4 * (resizeSizes(p).inputs + resizeSizes(p).outputs) }),
});

/** One thread per input column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
// First output whose source is at least input: the smallest o with o · size / outSize ≥ input.
fn firstOutput(input: u32, size: u32, outSize: u32) -> u32 {
  return (input * outSize + size - 1u) / size;
}

${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  let firstColumn = firstOutput(column, u.width, u.outWidth);
  let endColumn = firstOutput(column + 1u, u.width, u.outWidth);
  for (var row = firstRow; row < u.height; row += bands) {
    let endRow = firstOutput(row + 1u, u.height, u.outHeight);
    var sum = ${type}(0.0);
    for (var ho = firstOutput(row, u.height, u.outHeight); ho < endRow; ho++) {
      let outRow = (n * u.outHeight + ho) * u.outWidth;
      for (var wo = firstColumn; wo < endColumn; wo++) {
        sum += ${type}(dy[(outRow + wo) * channels + channel]);
      }
    }
    dx[((n * u.height + row) * u.width + column) * channels + channel] = DxElement(sum);
  }
}`;
}
