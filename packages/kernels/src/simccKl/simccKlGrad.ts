import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { bin } from "./bin.wgsl.ts";
import { type SimccKlProblem, simccKlUniforms, simccKlValues } from "./simccKlProblem.ts";

/** Operands and statistics of the forward kernel, dy [] → dprediction = dy · scale · weight · beta · (q · Σp − p). */
export const simccKlGradKernel: Kernel<SimccKlProblem, typeof simccKlUniforms> = defineKernel({
  name: "simccKlGrad",
  reads: ["prediction", "target_", "weight", "predictionLse", "statistic", "dy"],
  writes: ["dprediction"],
  f16: ["prediction", "target_", "dprediction"],
  uniforms: simccKlUniforms,
  uniformValues: simccKlValues,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: ({ labelSoftmax }) => wgsl`
${bin(labelSoftmax)}
${threadIndex(64)}
  if (index >= u.rows * u.bins) { return; }
  let row = index / u.bins;
  let factor = dy[0] * u.scale * weight[row] * u.beta;
  let difference = binAt(f32(prediction[index]), f32(target_[index]), predictionLse[row], statistic[row]).difference;
  dprediction[index] = DpredictionElement(factor * difference);
}`,
      workgroups: ({ rows, bins }) => grid(rows * bins, 64),
    },
  ],
  cost: ({ rows, bins }) => ({ flops: 32 * rows * bins, bytes: 12 * rows * bins }),
});
