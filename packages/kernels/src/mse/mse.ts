import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";

/** prediction, target [outer, length, inner], weight [outer, inner] → partial [splits, outer, inner], whose sum is Σ weight · (prediction − target)². */
export const weightedMseKernel: Kernel<AxisProblem, typeof axisUniforms> = defineKernel({
  name: "weightedMse",
  reads: ["prediction", "target_", "weight"], // WGSL reserves the word target
  writes: ["partial"],
  f16: ["prediction", "target_"],
  uniforms: axisUniforms,
  uniformValues: (problem: AxisProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${axisThread()}
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    let difference = f32(prediction[at]) - f32(target_[at]);
    sum += difference * difference;
  }
  partial[index] = weight[map] * sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 3 * axisSize(p), bytes: 8 * axisSize(p) }),
});

/** Tensors [outer, length, inner]; `scale` is 2 for the prediction's gradient and −2 for the target's. */
export type WeightedMseGradProblem = AxisProblem & { readonly scale: number };

const weightedUniforms: typeof axisUniforms & { readonly scale: "f32" } = { ...axisUniforms, scale: "f32" };

/** prediction, target, weight [outer, inner], dy [] → dx = scale · dy · weight · (prediction − target). */
export const weightedMseGradKernel: Kernel<WeightedMseGradProblem, typeof weightedUniforms> = defineKernel({
  name: "weightedMseGrad",
  reads: ["prediction", "target_", "weight", "dy"],
  writes: ["dx"],
  f16: ["prediction", "target_", "dx"],
  uniforms: weightedUniforms,
  uniformValues: (problem: WeightedMseGradProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${axisThread()}
  let factor = u.scale * dy[0] * weight[map];
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    dx[at] = DxElement(factor * (f32(prediction[at]) - f32(target_[at])));
  }
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 4 * axisSize(p), bytes: 12 * axisSize(p) }),
});

/** Tensors of `size` elements; `scale` is 2 / size for the prediction's gradient and −2 / size for the target's. */
export type MseGradProblem = { readonly size: number; readonly scale: number };

const uniforms = { size: "u32", scale: "f32" } as const;

/** prediction, target, dy [] → dx = scale · dy · (prediction − target). */
export const mseGradKernel: Kernel<MseGradProblem, typeof uniforms> = defineKernel({
  name: "mseGrad",
  reads: ["prediction", "target_", "dy"],
  writes: ["dx"],
  f16: ["prediction", "target_", "dx"],
  uniforms,
  uniformValues: (problem: MseGradProblem) => problem,
  variants: elementVariants(["prediction", "target_", "dx"], mseGrad),
  cost: ({ size }) => ({ flops: 3 * size, bytes: 12 * size }),
});

/** The same text for one element and for four. */
function mseGrad(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${elementThread(lanes)}
  dx[index] = DxElement(u.scale * dy[0] * (${type}(prediction[index]) - ${type}(target_[index])));
}`;
}
