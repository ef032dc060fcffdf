import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";
import { pixel } from "./pixel.wgsl.ts";

/** Maps [outer, length, inner], of which the softmax over `length` is taken after multiplying by `scale`. */
export type SpatialKlProblem = AxisProblem & { readonly scale: number };

/** Uniform fields of {@link SpatialKlProblem}. */
export const spatialKlUniforms: typeof axisUniforms & { readonly scale: "f32" } = { ...axisUniforms, scale: "f32" };

/**
 * student, teacher, their log-sum-exps and the weight of each map [outer, inner] → partial [splits, outer, inner], over each range
 * weight · Σ (p ln(p / q) − p + q) with p = softmax(scale · teacher) and q = softmax(scale · student), whose sum over the ranges is
 * weight · KL(p ‖ q).
 */
export const spatialKlKernel: Kernel<SpatialKlProblem, typeof spatialKlUniforms> = defineKernel({
  name: "spatialKl",
  reads: ["student", "teacher", "studentLse", "teacherLse", "weight"],
  writes: ["partial"],
  f16: ["student", "teacher"],
  uniforms: spatialKlUniforms,
  uniformValues: (problem: SpatialKlProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${pixel}
${axisThread()}
  var sum = 0.0;
  for (var i = start; i < end; i++) { sum += pixelAt(base + i * u.inner, map).term; }
  partial[index] = weight[map] * sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 24 * axisSize(p), bytes: 8 * axisSize(p) }),
});
