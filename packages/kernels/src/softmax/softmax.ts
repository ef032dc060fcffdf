import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors [outer, length, inner], normalised over `length`; `logarithm` asks for the logarithm of the softmax. */
export type SoftmaxProblem = AxisProblem & { readonly logarithm: boolean };

/** x, logSumExp [outer, inner] → y = exp(x − logSumExp), or x − logSumExp. */
export const softmaxKernel: Kernel<SoftmaxProblem, typeof axisUniforms> = define("softmax", ["x", "logSumExp"], "y", (logarithm) =>
  logarithm ? "y[at] = x[at] - logSumExp[map];" : "y[at] = exp(x[at] - logSumExp[map]);",
);

/** y, dy, sums [outer, inner] (those of softmaxGradSums) → dx = y · (dy − sum), or dy − exp(y) · sum. */
export const softmaxGradKernel: Kernel<SoftmaxProblem, typeof axisUniforms> = define(
  "softmaxGrad",
  ["y", "dy", "sums"],
  "dx",
  (logarithm) => (logarithm ? "dx[at] = dy[at] - exp(y[at]) * sums[map];" : "dx[at] = y[at] * (dy[at] - sums[map]);"),
);

/** One thread a range of a map. */
function define(
  name: string,
  reads: readonly string[],
  write: string,
  statement: (logarithm: boolean) => string,
): Kernel<SoftmaxProblem, typeof axisUniforms> {
  return defineKernel({
    name,
    reads,
    writes: [write],
    uniforms: axisUniforms,
    uniformValues: (problem: SoftmaxProblem) => problem,
    variants: [
      {
        id: "direct",
        supports: () => true,
        source: ({ logarithm }) => wgsl`
${axisThread()}
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    ${statement(logarithm)}
  }
}`,
        workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
      },
    ],
    cost: (p) => ({ flops: 2 * axisSize(p), bytes: 4 * reads.length * axisSize(p) }),
  });
}
