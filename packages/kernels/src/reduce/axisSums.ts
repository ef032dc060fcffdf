import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { type AxisProblem, axisSize } from "./axisRange.ts";

/** Operands [outer, length, inner] → partial [splits, outer, inner], times `scale`. */
export type AxisSumsProblem = AxisProblem & { readonly scale: number };

const uniforms = { outer: "u32", length: "u32", inner: "u32", splits: "u32", scale: "f32" } as const;

/** scale · Σ x over the middle axis, in `splits` partial sums that sumSplits adds. */
export const axisSumsKernel: Kernel<AxisSumsProblem, typeof uniforms> = axisSums("axisSums", ["x"], "Value(x[at])");
/** scale · Σ a·b over the middle axis, otherwise the same. */
export const axisProductSumsKernel: Kernel<AxisSumsProblem, typeof uniforms> = axisSums(
  "axisProductSums",
  ["a", "b"],
  "Value(a[at]) * Value(b[at])",
);

/** What a thread's vectors of four run along, if it has any. */
type Lanes = "none" | "inner" | "length";

/**
 * One thread per (split, outer, inner), neighbours along `inner`; a split is every `splits`-th position, so that neighbours read neighbours
 * where there is but one sum. Vectors are four sums side by side, or four terms of one sum.
 */
function axisSums(name: string, reads: readonly string[], term: string): Kernel<AxisSumsProblem, typeof uniforms> {
  const source = (lanes: Lanes): string => wgsl`
alias Value = ${lanes === "none" ? "f32" : "vec4f"};

${threadIndex(64)}
  let inner = ${lanes === "inner" ? "u.inner / 4u" : "u.inner"};
  let length = ${lanes === "length" ? "u.length / 4u" : "u.length"};
  let sums = u.outer * inner;
  if (index >= u.splits * sums) { return; }
  let which = index % sums;
  let base = which / inner * length * inner + which % inner;
  var sum = Value(0.0);
  for (var i = index / sums; i < length; i += u.splits) {
    let at = base + i * inner;
    sum += ${term};
  }
  #if ${lanes === "length"}
  partial[index] = PartialElement(u.scale * dot(sum, vec4f(1.0)));
  #else
  partial[index] = PartialElement(u.scale * sum);
  #endif
}`;
  return defineKernel({
    name,
    reads,
    writes: ["partial"],
    f16: [...reads, "partial"],
    uniforms,
    uniformValues: (problem: AxisSumsProblem) => problem,
    variants: [
      {
        id: "scalar",
        supports: () => true,
        source: () => source("none"),
        workgroups: ({ outer, inner, splits }) => grid(splits * outer * inner, 64),
      },
      {
        id: "terms",
        supports: ({ length, inner }) => inner === 1 && length % 4 === 0,
        vectors: () => reads,
        source: () => source("length"),
        workgroups: ({ outer, splits }) => grid(splits * outer, 64),
      },
      {
        id: "sums",
        supports: ({ inner }) => inner % 4 === 0,
        vectors: () => [...reads, "partial"],
        source: () => source("inner"),
        workgroups: ({ outer, inner, splits }) => grid((splits * outer * inner) / 4, 64),
      },
    ],
    cost: (problem) => ({ flops: (2 * reads.length - 1) * axisSize(problem), bytes: 4 * reads.length * axisSize(problem) }),
  });
}
