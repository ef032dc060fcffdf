import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { overRow, rowThread, rowVariants } from "../rowThread.ts";
import { wgsl } from "../wgsl.ts";
import { clampedNorm, type ScaleNormProblem, scaleNormUniforms } from "./scaleNormProblem.ts";

/** x, g → y = g · x / max(√E[x²], epsilon), the mean over each row (mmpose, models/utils/rtmcc_block.py, ScaleNorm). */
export const scaleNormKernel: Kernel<ScaleNormProblem, typeof scaleNormUniforms> = defineKernel({
  name: "scaleNorm",
  reads: ["x", "g"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: scaleNormUniforms,
  uniformValues: (problem: ScaleNormProblem) => problem,
  variants: rowVariants(["x", "y"], source),
  cost: ({ rows, length }) => ({ flops: 3 * rows * length, bytes: 8 * rows * length }),
});

function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowThread(lanes)}
  var squares = ${type}(0.0);
  ${overRow(`let value = ${type}(x[at]); squares += value * value;`)}
  ${clampedNorm(lanes)}
  let factor = g[0] / norm;
  ${overRow(`y[at] = YElement(factor * ${type}(x[at]));`)}
}`;
}
