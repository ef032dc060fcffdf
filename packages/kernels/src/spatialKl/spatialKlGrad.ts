import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { axisSize, axisThread } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";
import { pixel } from "./pixel.wgsl.ts";
import { type SpatialKlProblem, spatialKlUniforms } from "./spatialKl.ts";

/** Operands of the forward kernel and dy [] → dstudent = dy · weight · scale · (q − p), p the teacher's and q the student's probabilities. */
export const spatialKlGradKernel: Kernel<SpatialKlProblem, typeof spatialKlUniforms> = define(
  "spatialKlGrad",
  ["student", "teacher", "studentLse", "teacherLse", "weight", "dy"],
  "dstudent",
  wgsl`DstudentElement(dy[0] * u.scale * weight[map] * pixel.difference)`,
);

/**
 * Operands of the forward kernel, the weighted divergence of each map [outer, inner] and dy [] →
 * dteacher = dy · scale · p · (weight · ln(p / q) − divergence).
 */
export const spatialKlTeacherGradKernel: Kernel<SpatialKlProblem, typeof spatialKlUniforms> = define(
  "spatialKlTeacherGrad",
  ["student", "teacher", "studentLse", "teacherLse", "weight", "divergence", "dy"],
  "dteacher",
  wgsl`DteacherElement(dy[0] * u.scale * (weight[map] * pixel.surprise - pixel.probability * divergence[map]))`,
);

/** One thread a range of a map. */
function define(
  name: string,
  reads: readonly string[],
  gradient: string,
  value: string,
): Kernel<SpatialKlProblem, typeof spatialKlUniforms> {
  return defineKernel({
    name,
    reads,
    writes: [gradient],
    f16: ["student", "teacher", gradient],
    uniforms: spatialKlUniforms,
    uniformValues: (problem: SpatialKlProblem) => problem,
    variants: [
      {
        id: "direct",
        supports: () => true,
        source: () => wgsl`
${pixel}
${axisThread()}
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    let pixel = pixelAt(at, map);
    ${gradient}[at] = ${value};
  }
}`,
        workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
      },
    ],
    cost: (p) => ({ flops: 24 * axisSize(p), bytes: 12 * axisSize(p) }),
  });
}
