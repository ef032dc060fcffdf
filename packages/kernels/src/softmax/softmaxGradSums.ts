import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { exponential } from "../wgsl/exponential.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** x, dy [outer, length, inner], logSumExp [outer, inner] → partial [splits, outer, inner]. */
export type SoftmaxGradSumsProblem = AxisProblem & { readonly logarithm: boolean };

/** What the gradient of a softmax needs of a whole map, as partial sums that sumSplits adds: Σ dy · exp(x − logSumExp), or Σ dy for the logarithm. */
export const softmaxGradSumsKernel: Kernel<SoftmaxGradSumsProblem, typeof axisUniforms> = defineKernel({
  name: "softmaxGradSums",
  reads: ["x", "logSumExp", "dy"],
  writes: ["partial"],
  f16: ["x", "dy"],
  uniforms: axisUniforms,
  uniformValues: (problem: SoftmaxGradSumsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: ({ logarithm }) => wgsl`
${exponential()}
${axisThread()}
  var sum = 0.0;
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    #if ${logarithm}
    sum += f32(dy[at]);
    #else
    sum += f32(dy[at]) * exponential(f32(x[at]) - logSumExp[map]);
    #endif
  }
  partial[index] = sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 2 * axisSize(p), bytes: 8 * axisSize(p) }),
});
