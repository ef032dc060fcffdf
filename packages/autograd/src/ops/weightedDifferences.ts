import { weightedDifferencesKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { embeddingsOf } from "./embeddingsOf.ts";

/** Gradient of a relational loss: x [n,d], weight [n,n] of each pair, dy [] → dx_i = dy · Σ_j weight_ij (x_j − x_i), [n,d]. */
export function weightedDifferences(x: Tensor, weight: Tensor, dy: Tensor): Tensor {
  return record(weightedDifferencesOp, [x, weight, dy], {})[0]!;
}

/** The rule object of {@link weightedDifferences}. */
export const weightedDifferencesOp: Op<object> = {
  name: "weightedDifferences",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: ({ inputs, outputs }) => [
    dispatch(weightedDifferencesKernel, embeddingsOf("weightedDifferences", 1, inputs[0]!)[0]!, inputs, outputs),
  ],
  vjp: "not differentiable",
};
