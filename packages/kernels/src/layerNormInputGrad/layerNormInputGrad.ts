import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type LayerNormProblem, layerNormUniforms } from "../layerNorm/layerNormProblem.ts";
import { overRow, rowMean, rowThread, rowVariants } from "../rowThread.ts";
import { wgsl } from "../wgsl.ts";

/** dy, x, mean, rstd, weight → dx = rstd · (g − E[g] − x̂ · E[g · x̂]), g = dy · weight, x̂ = (x − mean) · rstd, the means over each row. */
export const layerNormInputGradKernel: Kernel<LayerNormProblem, typeof layerNormUniforms> = defineKernel({
  name: "layerNormInputGrad",
  reads: ["dy", "x", "mean", "rstd", "weight"],
  writes: ["dx"],
  f16: ["dy", "x", "dx"],
  uniforms: layerNormUniforms,
  uniformValues: (problem: LayerNormProblem) => problem,
  variants: rowVariants(["dy", "x", "weight", "dx"], source),
  cost: ({ rows, length }) => ({ flops: 12 * rows * length, bytes: 12 * rows * length }),
});

function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowThread(lanes)}
  let center = mean[row];
  let scale = rstd[row];
  var gradients = ${type}(0.0);
  var products = ${type}(0.0);
  ${overRow(`let gradient = ${type}(dy[at]) * weight[i]; gradients += gradient; products += gradient * (${type}(x[at]) - center) * scale;`)}
  let average = ${rowMean(lanes, "gradients")};
  let slope = ${rowMean(lanes, "products")};
  ${overRow(`dx[at] = DxElement(scale * (${type}(dy[at]) * weight[i] - average - (${type}(x[at]) - center) * scale * slope));`)}
}`;
}
