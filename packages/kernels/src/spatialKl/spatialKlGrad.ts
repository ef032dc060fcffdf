import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { axisSize, axisThread } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";
import { divergence } from "./divergence.wgsl.ts";
import { type SpatialKlProblem, spatialKlUniforms } from "./spatialKl.ts";

/** Operands of the forward kernel and dy [] → dstudent = dy · weight · scale · (softmax(scale · student) − softmax(scale · teacher)). */
export const spatialKlGradKernel: Kernel<SpatialKlProblem, typeof spatialKlUniforms> = defineKernel({
  name: "spatialKlGrad",
  reads: ["student", "teacher", "studentLse", "teacherLse", "weight", "dy"],
  writes: ["dstudent"],
  uniforms: spatialKlUniforms,
  uniformValues: (problem: SpatialKlProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${divergence}
${axisThread()}
  let factor = dy[0] * weight[map] * u.scale;
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    dstudent[at] = factor * pixelAt(at, map).difference;
  }
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 24 * axisSize(p), bytes: 12 * axisSize(p) }),
});
