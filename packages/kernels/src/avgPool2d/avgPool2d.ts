import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";
import { type AvgPool2dProblem, avgPool2dUniforms, avgPool2dValues } from "./avgPool2dProblem.ts";
import { span } from "./span.wgsl.ts";

/** Mean over windows, sliding or adaptive: x → y. */
export const avgPool2dKernel: Kernel<AvgPool2dProblem, typeof avgPool2dUniforms> = defineKernel({
  name: "avgPool2d",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: avgPool2dUniforms,
  uniformValues: avgPool2dValues,
  variants: imageBandVariants(({ outHeight, outWidth }) => [outHeight, outWidth], ["x", "y"], source),
  cost: (p) => ({ flops: resizeSizes(p).inputs, bytes: 4 * (resizeSizes(p).inputs + resizeSizes(p).outputs) }),
});

/** One thread per output column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${span()}
${imageBands({ height: "u.outHeight", width: "u.outWidth", channels: `u.channels / ${lanes}u` })}
  let columns = spanOf(column, u.columnStep, u.columnExtent, u.columnUnit, u.width);
  for (var row = firstRow; row < u.outHeight; row += bands) {
    let rows = spanOf(row, u.rowStep, u.rowExtent, u.rowUnit, u.height);
    var sum = ${type}(0.0);
    for (var h = rows.first; h < rows.end; h++) {
      let rowAt = (n * u.height + h) * u.width;
      var rowSum = ${type}(0.0);
      for (var w = columns.first; w < columns.end; w++) {
        rowSum += ${type}(x[(rowAt + w) * channels + channel]);
      }
      sum += rowSum;
    }
    y[((n * u.outHeight + row) * u.outWidth + column) * channels + channel] = YElement(sum / f32(rows.count * columns.count));
  }
}`;
}
