import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";

/** y, dy [outer, length, inner] → partial [splits, outer, inner]. */
export type SoftmaxGradSumsProblem = AxisProblem & { readonly logarithm: boolean };

/** What the gradient of a softmax needs of a whole map, as partial sums that sumSplits adds: Σ dy · y, or Σ dy for the logarithm. */
export const softmaxGradSumsKernel: Kernel<SoftmaxGradSumsProblem, typeof axisUniforms> = defineKernel({
  name: "softmaxGradSums",
  reads: ["y", "dy"],
  writes: ["partial"],
  uniforms: axisUniforms,
  uniformValues: (problem: SoftmaxGradSumsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: ({ logarithm }) => wgsl`
${axisThread()}
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    #if ${logarithm}
    sum += dy[at];
    #else
    sum += dy[at] * y[at];
    #endif
  }
  partial[index] = sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 2 * axisSize(p), bytes: 8 * axisSize(p) }),
});
