import { type AvgPool2dProblem, avgPool2dUniforms, avgPool2dValues } from "../avgPool2d/avgPool2dProblem.ts";
import { span } from "../avgPool2d/span.wgsl.ts";
import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";

/** Gradient of average pooling: dy → dx. Each input pixel sums its share of the windows that contain it: no atomics. */
export const avgPool2dInputGradKernel: Kernel<AvgPool2dProblem, typeof avgPool2dUniforms> = defineKernel({
  name: "avgPool2dInputGrad",
  reads: ["dy"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  uniforms: avgPool2dUniforms,
  uniformValues: avgPool2dValues,
  variants: imageBandVariants(({ height, width }) => [height, width], ["dy", "dx"], source),
  cost: (p) => ({ flops: 2 * resizeSizes(p).inputs, bytes: 4 * (resizeSizes(p).inputs + resizeSizes(p).outputs) }),
});

/** One thread per input column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${span()}
// The outputs, from x to y − 1, whose windows contain a position that counts from the first pixel of the padding.
fn outputsOf(position: u32, step: u32, extent: u32, unit: u32, outSize: u32) -> vec2u {
  let reached = position * unit;
  let first = select(0u, (reached - extent) / step + 1u, reached >= extent);
  return vec2u(first, min(outSize, (reached + unit + step - 1u) / step));
}

${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  let outColumns = outputsOf(column + u.padding, u.columnStep, u.columnExtent, u.columnUnit, u.outWidth);
  for (var row = firstRow; row < u.height; row += bands) {
    let outRows = outputsOf(row + u.padding, u.rowStep, u.rowExtent, u.rowUnit, u.outHeight);
    var sum = ${type}(0.0);
    for (var ho = outRows.x; ho < outRows.y; ho++) {
      let rows = spanOf(ho, u.rowStep, u.rowExtent, u.rowUnit, u.height);
      let outRow = (n * u.outHeight + ho) * u.outWidth;
      for (var wo = outColumns.x; wo < outColumns.y; wo++) {
        let columns = spanOf(wo, u.columnStep, u.columnExtent, u.columnUnit, u.width);
        sum += ${type}(dy[(outRow + wo) * channels + channel]) / f32(rows.count * columns.count);
      }
    }
    dx[((n * u.height + row) * u.width + column) * channels + channel] = DxElement(sum);
  }
}`;
}
