import { sizeOf } from "@kindling/gpu";
import { partialSquaresKernel, partialSumsCount, sumRangeKernel } from "@kindling/kernels";
import type { Graph } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Σ x² over the tensors of each group → [groups], f32; 0 for a group of none. */
export function squaredNorms(graph: Graph, groups: readonly (readonly Tensor[])[]): Tensor {
  return graph.record(squaredNormsOp, groups.flat(), { counts: groups.map(({ length }) => length) })[0]!;
}

/** The rule object of {@link squaredNorms}; `counts` says how many tensors each group has, in order. */
export const squaredNormsOp: Op<{ readonly counts: readonly number[] }> = {
  name: "squaredNorms",
  infer: (_, { counts }) => [{ shape: [counts.length], dtype: "f32" }],
  lower: (call) => squaredNormsDispatches(call),
  vjp: "not differentiable",
};

function squaredNormsDispatches({ inputs, outputs, attrs, scratch }: LowerCall<{ readonly counts: readonly number[] }>): Dispatch[] {
  const splits = inputs.map(({ shape }) => partialSumsCount(sizeOf(shape)));
  const starts = splits.map((_, i) => sumOf(splits.slice(0, i)));
  const partial = scratch({ shape: [Math.max(1, sumOf(splits))], dtype: "f32" });
  const squares = inputs.map((x, i) => {
    return dispatch(partialSquaresKernel, { size: sizeOf(x.shape), splits: splits[i]!, offset: starts[i]! }, [x], [partial]);
  });
  const sums = attrs.counts.map((count, position) => {
    const first = sumOf(attrs.counts.slice(0, position));
    const problem = { start: starts[first] ?? 0, size: sumOf(splits.slice(first, first + count)), position };
    return dispatch(sumRangeKernel, problem, [partial], outputs);
  });
  return [...squares, ...sums];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
