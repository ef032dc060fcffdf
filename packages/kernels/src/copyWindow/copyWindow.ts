import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type ResizeProblem, resizeSizes, resizeUniforms } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";

/** y[n, h, w, c] = x[n, h + top, w + left, c] where x has such a pixel, else `value`: a crop, or a constant padding where top and left are below 0. */
export type CopyWindowProblem = ResizeProblem & {
  readonly top: number;
  readonly left: number;
  readonly value: number;
};

const uniforms: typeof resizeUniforms & { readonly top: "i32"; readonly left: "i32"; readonly value: "f32" } = {
  ...resizeUniforms,
  top: "i32",
  left: "i32",
  value: "f32",
};

/** A window of each image, which may reach beyond it: x → y. */
export const copyWindowKernel: Kernel<CopyWindowProblem, typeof uniforms> = defineKernel({
  name: "copyWindow",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: CopyWindowProblem) => problem,
  variants: imageBandVariants(({ outHeight, outWidth }) => [outHeight, outWidth], ["x", "y"], source),
  cost: (p) => ({ flops: 0, bytes: 8 * resizeSizes(p).outputs }),
});

/** One thread per output column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  return wgsl`
${imageBands({ height: "u.outHeight", width: "u.outWidth", channels: `u.channels / ${lanes}u` })}
  // Below zero wraps to a large u32, so one comparison tests both edges of the image.
  let w = column + bitcast<u32>(u.left);
  for (var row = firstRow; row < u.outHeight; row += bands) {
    let h = row + bitcast<u32>(u.top);
    let at = ((n * u.outHeight + row) * u.outWidth + column) * channels + channel;
    if ((h < u.height) & (w < u.width)) {
      y[at] = YElement(x[((n * u.height + h) * u.width + w) * channels + channel]);
    } else {
      y[at] = YElement(${lanes === 4 ? "vec4f(u.value)" : "u.value"});
    }
  }
}`;
}
