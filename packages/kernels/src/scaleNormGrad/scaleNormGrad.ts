import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { overRow, rowMean, rowThread, rowVariants } from "../rowThread.ts";
import { clampedNorm, type ScaleNormProblem, scaleNormUniforms } from "../scaleNorm/scaleNormProblem.ts";
import { wgsl } from "../wgsl.ts";

/**
 * dy, x, g → dx, and share [rows], whose sum is the gradient of g: share = Σ dy · x / norm, norm = max(√E[x²], epsilon),
 * dx = g / norm · (dy − x · Σ dy · x / (length · norm²)), without the second term where norm is epsilon.
 */
export const scaleNormGradKernel: Kernel<ScaleNormProblem, typeof scaleNormUniforms> = defineKernel({
  name: "scaleNormGrad",
  reads: ["dy", "x", "g"],
  writes: ["dx", "share"],
  f16: ["dy", "x", "dx"],
  uniforms: scaleNormUniforms,
  uniformValues: (problem: ScaleNormProblem) => problem,
  variants: rowVariants(["dy", "x", "dx"], source),
  cost: ({ rows, length }) => ({ flops: 8 * rows * length, bytes: 12 * rows * length }),
});

function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowThread(lanes)}
  var squares = ${type}(0.0);
  var products = ${type}(0.0);
  ${overRow(`let value = ${type}(x[at]); squares += value * value; products += ${type}(dy[at]) * value;`)}
  ${clampedNorm(lanes)}
  let product = ${rowMean(lanes, "products")} / norm;
  share[row] = product * f32(u.length);
  let slope = select(product / norm, 0.0, rootMeanSquare < u.epsilon);
  let factor = g[0] / norm;
  ${overRow(`dx[at] = DxElement(factor * (${type}(dy[at]) - ${type}(x[at]) * slope));`)}
}`;
}
