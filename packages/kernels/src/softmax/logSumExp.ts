import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { type AxisProblem, axisSize, axisThread, axisUniforms } from "../reduce/axisRange.ts";
import { exponential } from "../wgsl/exponential.wgsl.ts";
import { logSumExp } from "../wgsl/logSumExp.wgsl.ts";
import { largestFloat, wgsl } from "../wgsl.ts";

/** x [outer, length, inner] → partial [2, splits, outer, inner]: the maximum of scale · x over each range, and Σ exp(scale · x − maximum). */
export type LogSumExpPartialProblem = AxisProblem & { readonly scale: number };

const partialUniforms: typeof axisUniforms & { readonly scale: "f32" } = { ...axisUniforms, scale: "f32" };

/** First pass of a log-sum-exp. */
export const logSumExpPartialKernel: Kernel<LogSumExpPartialProblem, typeof partialUniforms> = defineKernel({
  name: "logSumExpPartial",
  reads: ["x"],
  writes: ["partial"],
  f16: ["x"],
  uniforms: partialUniforms,
  uniformValues: (problem: LogSumExpPartialProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${exponential()}
${axisThread()}
  // The least finite number: a range of −∞ alone then has the sum 0, not NaN.
  var largest = -${largestFloat};
  for (var i = start; i < end; i++) { largest = max(largest, u.scale * f32(x[base + i * u.inner])); }
  var sum = 0.0;
  // +∞ − ∞ is NaN, which makes the sum NaN.
  for (var i = start; i < end; i++) { sum += exponential(u.scale * f32(x[base + i * u.inner]) - largest); }
  partial[index] = largest;
  partial[u.splits * maps + index] = sum;
}`,
      workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
    },
  ],
  cost: (p) => ({ flops: 4 * axisSize(p), bytes: 8 * axisSize(p) }),
});

/** partial [2, splits, size] → y [size]. */
export type LogSumExpMergeProblem = { readonly splits: number; readonly size: number };

const mergeUniforms = { splits: "u32", size: "u32" } as const;

/** Second pass of a log-sum-exp: y = ln Σ exp(scale · x), safe for any finite x; NaN where an x is NaN or +∞, or all are −∞. */
export const logSumExpMergeKernel: Kernel<LogSumExpMergeProblem, typeof mergeUniforms> = defineKernel({
  name: "logSumExpMerge",
  reads: ["partial"],
  writes: ["y"],
  uniforms: mergeUniforms,
  uniformValues: (problem: LogSumExpMergeProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${exponential()}
${logSumExp}
${threadIndex(64)}
  if (index >= u.size) { return; }
  var largest = partial[index];
  for (var split = 1u; split < u.splits; split++) { largest = max(largest, partial[split * u.size + index]); }
  var sum = 0.0;
  for (var split = 0u; split < u.splits; split++) {
    let at = split * u.size + index;
    sum += partial[u.splits * u.size + at] * exponential(partial[at] - largest);
  }
  y[index] = logSumExp(largest, sum);
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ splits, size }) => ({ flops: 4 * splits * size, bytes: 8 * splits * size }),
});
