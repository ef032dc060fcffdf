import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { exponential } from "../wgsl/exponential.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors [outer, length, inner], normalised over `length`; `logarithm` asks for the logarithm of the softmax. */
export type SoftmaxProblem = AxisProblem & { readonly logarithm: boolean };

/** x, logSumExp [outer, inner] → y = exp(x − logSumExp), or x − logSumExp. */
export const softmaxKernel: Kernel<SoftmaxProblem, typeof axisUniforms> = define("softmax", ["x", "logSumExp"], "y", (logarithm) =>
  logarithm ? "y[at] = YElement(logarithmOfY);" : "y[at] = YElement(exponential(logarithmOfY));",
);

/**
 * x, logSumExp, dy, sums [outer, inner] (those of softmaxGradSums) → dx = y · (dy − sum), or dy − y · sum, y = exp(x − logSumExp); computed
 * again because the rounding of a stored f16 y would remain where dy − sum cancels.
 */
export const softmaxGradKernel: Kernel<SoftmaxProblem, typeof axisUniforms> = define(
  "softmaxGrad",
  ["x", "logSumExp", "dy", "sums"],
  "dx",
  (logarithm) =>
    logarithm
      ? "dx[at] = DxElement(f32(dy[at]) - exponential(logarithmOfY) * sums[map]);"
      : "dx[at] = DxElement(exponential(logarithmOfY) * (f32(dy[at]) - sums[map]));",
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
    f16: [...reads.filter((read) => ["x", "dy"].includes(read)), write],
    uniforms: axisUniforms,
    uniformValues: (problem: SoftmaxProblem) => problem,
    variants: [
      {
        id: "direct",
        supports: () => true,
        source: ({ logarithm }) => wgsl`
${exponential()}
${axisThread()}
  for (var i = start; i < end; i++) {
    let at = base + i * u.inner;
    let logarithmOfY = f32(x[at]) - logSumExp[map];
    ${statement(logarithm)}
  }
}`,
        workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
      },
    ],
    cost: (p) => ({ flops: 2 * axisSize(p), bytes: 4 * (reads.includes("dy") ? 3 : 2) * axisSize(p) }),
  });
}
