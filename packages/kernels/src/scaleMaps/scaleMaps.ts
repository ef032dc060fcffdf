import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";

/** x [outer, length, inner], weight [outer, inner] → y = weight · x, each map by its own number. */
export const scaleMapsKernel: Kernel<AxisProblem, typeof axisUniforms> = defineKernel({
  name: "scaleMaps",
  reads: ["x", "weight"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms: axisUniforms,
  uniformValues: (problem: AxisProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${axisThread()}
  let factor = weight[map];
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    y[at] = YElement(factor * f32(x[at]));
  }
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: axisSize(p), bytes: 8 * axisSize(p) }),
});
