import { type BatchNormProblem, batchNormUniforms } from "../batchNorm/batchNormProblem.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { rowBands, rowBandThreads } from "../rowBands.ts";
import { wgsl } from "../wgsl.ts";

/**
 * Gradient of x through the batch's own statistics: dy, x, mean, variance, weight, dweight, dbias → dx =
 * weight · rstd · (dy − dbias / rows − x̂ · dweight / rows), x̂ = (x − mean) · rstd (Ioffe and Szegedy 2015, §3).
 */
export const batchNormTrainingInputGradKernel: Kernel<BatchNormProblem, typeof batchNormUniforms> = define(
  "batchNormTrainingInputGrad",
  ["dy", "x", "mean", "variance", "weight", "dweight", "dbias"],
  trainingSource,
);

/** Gradient of x with fixed statistics: dy, variance, weight → dx = weight · rstd · dy. */
export const batchNormEvaluationInputGradKernel: Kernel<BatchNormProblem, typeof batchNormUniforms> = define(
  "batchNormEvaluationInputGrad",
  ["dy", "variance", "weight"],
  evaluationSource,
);

function define(
  name: string,
  reads: readonly string[],
  source: (lanes: Lanes) => string,
): Kernel<BatchNormProblem, typeof batchNormUniforms> {
  return defineKernel({
    name,
    reads,
    writes: ["dx"],
    f16: [...reads.filter((name) => ["dy", "x"].includes(name)), "dx"],
    uniforms: batchNormUniforms,
    uniformValues: (problem: BatchNormProblem) => problem,
    variants: [
      { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(rowBandThreads(p.rows, p.channels), 64) },
      {
        id: "vector",
        supports: (p) => p.channels % 4 === 0,
        vectors: () => [...reads, "dx"],
        source: () => source(4),
        workgroups: (p) => grid(rowBandThreads(p.rows, p.channels / 4), 64),
      },
    ],
    cost: ({ rows, channels }) => ({ flops: 4 * rows * channels, bytes: 4 * (reads.includes("x") ? 3 : 2) * rows * channels }),
  });
}

function trainingSource(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowBands(lanes)}
  let center = mean[channel];
  let rstd = 1.0 / sqrt(variance[channel] + ${type}(u.epsilon));
  let scale = weight[channel] * rstd;
  let average = dbias[channel] / f32(u.rows);
  let slope = dweight[channel] * rstd / f32(u.rows);
  for (var row = firstRow; row < u.rows; row += bands) {
    let at = row * channels + channel;
    dx[at] = DxElement(scale * (${type}(dy[at]) - average - (${type}(x[at]) - center) * slope));
  }
}`;
}

function evaluationSource(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${rowBands(lanes)}
  let scale = weight[channel] / sqrt(variance[channel] + ${type}(u.epsilon));
  for (var row = firstRow; row < u.rows; row += bands) {
    let at = row * channels + channel;
    dx[at] = DxElement(scale * ${type}(dy[at]));
  }
}`;
}
