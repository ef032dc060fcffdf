import { imageBands, imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type ResizeBilinearProblem, resizeBilinearUniforms, resizeBilinearValues } from "../resizeBilinear/resizeBilinearProblem.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { wgsl } from "../wgsl.ts";

/** Gradient of bilinear resizing: dy → dx. Each input pixel sums the outputs that touch it, with the forward's weights: no atomics, the same bits each time. */
export const resizeBilinearInputGradKernel: Kernel<ResizeBilinearProblem, typeof resizeBilinearUniforms> = defineKernel({
  name: "resizeBilinearInputGrad",
  reads: ["dy"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  uniforms: resizeBilinearUniforms,
  uniformValues: resizeBilinearValues,
  variants: imageBandVariants(({ height, width }) => [height, width], ["dy", "dx"], source),
  cost: (p) => ({ flops: 8 * resizeSizes(p).outputs, bytes: 4 * (resizeSizes(p).inputs + resizeSizes(p).outputs) }),
});

/** One thread per input column and `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
// First output beyond position: the smallest o with o · step + offset > position.
fn firstBeyond(position: i32, step: i32, offset: i32) -> i32 {
  let distance = position - offset;
  return select(0, distance / max(step, 1) + 1, distance >= 0);
}

// First output at position or beyond it.
fn firstAt(position: i32, step: i32, offset: i32) -> i32 {
  let distance = position - offset;
  return select(0, (distance - 1) / max(step, 1) + 1, distance > 0);
}

// The forward's weight of input for the output at position: its last pixel also stands for those beyond the edge.
fn weightOf(position: i32, input: i32, unit: i32, isLast: bool) -> f32 {
  let distance = max(0, position) - input * unit;
  if (distance >= 0) { return select(1.0 - f32(distance) / f32(unit), 1.0, isLast); }
  return f32(distance + unit) / f32(unit);
}

${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  let w = i32(column);
  let lastColumn = column == u.width - 1u;
  let firstOutColumn = select(firstBeyond((w - 1) * u.columnUnit, u.columnStep, u.columnOffset), 0, w == 0);
  let endOutColumn = select(min(firstAt((w + 1) * u.columnUnit, u.columnStep, u.columnOffset), i32(u.outWidth)), i32(u.outWidth), lastColumn);
  for (var row = firstRow; row < u.height; row += bands) {
    let h = i32(row);
    let lastRow = row == u.height - 1u;
    let firstOutRow = select(firstBeyond((h - 1) * u.rowUnit, u.rowStep, u.rowOffset), 0, h == 0);
    let endOutRow = select(min(firstAt((h + 1) * u.rowUnit, u.rowStep, u.rowOffset), i32(u.outHeight)), i32(u.outHeight), lastRow);
    var sum = ${type}(0.0);
    for (var ho = firstOutRow; ho < endOutRow; ho++) {
      let outRow = (n * u.outHeight + u32(ho)) * u.outWidth;
      var rowSum = ${type}(0.0);
      for (var wo = firstOutColumn; wo < endOutColumn; wo++) {
        let weight = weightOf(wo * u.columnStep + u.columnOffset, w, u.columnUnit, lastColumn);
        rowSum += weight * ${type}(dy[(outRow + u32(wo)) * channels + channel]);
      }
      sum += weightOf(ho * u.rowStep + u.rowOffset, h, u.rowUnit, lastRow) * rowSum;
    }
    dx[((n * u.height + row) * u.width + column) * channels + channel] = DxElement(sum);
  }
}`;
}
