import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors [outer, length, inner]; differences below `beta` count by their square. */
export type SmoothL1Problem = AxisProblem & { readonly beta: number };

const uniforms: typeof axisUniforms & { readonly beta: "f32" } = { ...axisUniforms, beta: "f32" };

/**
 * Smooth L1 loss (Girshick 2015, "Fast R-CNN", eq. 3): prediction, target, weight [outer, inner], factor (one number) →
 * partial [splits, outer, inner], whose sum is factor · Σ l(weight · (prediction − target)), l(d) = d² / 2β where |d| < β, else |d| − β / 2.
 */
export const smoothL1Kernel: Kernel<SmoothL1Problem, typeof uniforms> = defineKernel({
  name: "smoothL1",
  reads: ["prediction", "target_", "weight", "factor"], // WGSL reserves the word target
  writes: ["partial"],
  f16: ["prediction", "target_"],
  uniforms,
  uniformValues: (problem: SmoothL1Problem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${axisThread()}
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    let distance = abs(weight[map] * (f32(prediction[at]) - f32(target_[at])));
    sum += select(distance - 0.5 * u.beta, 0.5 * distance * (distance / u.beta), distance < u.beta);
  }
  partial[index] = factor[0] * sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 7 * axisSize(p), bytes: 8 * axisSize(p) }),
});

/** `sign` is 1 for the gradient of the prediction and −1 for that of the target. */
export type SmoothL1GradProblem = SmoothL1Problem & { readonly sign: number };

const gradUniforms: typeof uniforms & { readonly sign: "f32" } = { ...uniforms, sign: "f32" };

/** Operands of the forward kernel and dy [] → dx = sign · dy · factor · weight · l′(weight · (prediction − target)). */
export const smoothL1GradKernel: Kernel<SmoothL1GradProblem, typeof gradUniforms> = defineKernel({
  name: "smoothL1Grad",
  reads: ["prediction", "target_", "weight", "factor", "dy"],
  writes: ["dx"],
  f16: ["prediction", "target_", "dx"],
  uniforms: gradUniforms,
  uniformValues: (problem: SmoothL1GradProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${axisThread()}
  let scale = u.sign * dy[0] * factor[0] * weight[map];
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    let difference = weight[map] * (f32(prediction[at]) - f32(target_[at]));
    // NaN is not beyond beta and passes.
    dx[at] = DxElement(scale * select(difference / u.beta, sign(difference), abs(difference) >= u.beta));
  }
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 6 * axisSize(p), bytes: 12 * axisSize(p) }),
});
