import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";
import { type ResizeBilinearProblem, resizeBilinearUniforms, resizeBilinearValues } from "./resizeBilinearProblem.ts";

/** Bilinear interpolation as in PyTorch, without antialiasing: x → y. */
export const resizeBilinearKernel: Kernel<ResizeBilinearProblem, typeof resizeBilinearUniforms> = defineKernel({
  name: "resizeBilinear",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: resizeBilinearUniforms,
  uniformValues: resizeBilinearValues,
  variants: imageBandVariants(({ outHeight, outWidth }) => [outHeight, outWidth], ["x", "y"], source),
  cost: (p) => ({ flops: 9 * resizeSizes(p).outputs, bytes: 4 * (resizeSizes(p).inputs + resizeSizes(p).outputs) }),
});

/** One thread per output column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${imageBands({ height: "u.outHeight", width: "u.outWidth", channels: `u.channels / ${lanes}u` })}
  // PyTorch reads the second neighbour even where its weight is 0 (0 times infinity is NaN), but not along an axis whose length stays.
  let horizontal = max(0, i32(column) * u.columnStep + u.columnOffset);
  let leftColumn = horizontal / u.columnUnit;
  let right = f32(horizontal - leftColumn * u.columnUnit) / f32(u.columnUnit);
  let leftAt = u32(leftColumn) * channels + channel;
  let rightAt = min(u32(leftColumn) + select(0u, 1u, u.width != u.outWidth), u.width - 1u) * channels + channel;
  for (var row = firstRow; row < u.outHeight; row += bands) {
    let vertical = max(0, i32(row) * u.rowStep + u.rowOffset);
    let upperRow = vertical / u.rowUnit;
    let lower = f32(vertical - upperRow * u.rowUnit) / f32(u.rowUnit);
    let upperAt = (n * u.height + u32(upperRow)) * u.width * channels;
    let lowerAt = (n * u.height + min(u32(upperRow) + select(0u, 1u, u.height != u.outHeight), u.height - 1u)) * u.width * channels;
    let above = (1.0 - right) * ${type}(x[upperAt + leftAt]) + right * ${type}(x[upperAt + rightAt]);
    let below = (1.0 - right) * ${type}(x[lowerAt + leftAt]) + right * ${type}(x[lowerAt + rightAt]);
    y[((n * u.outHeight + row) * u.outWidth + column) * channels + channel] = YElement((1.0 - lower) * above + lower * below);
  }
}`;
}
