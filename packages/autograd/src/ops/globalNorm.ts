import { sizeOf } from "@kindling/gpu";
import { partialSquaresKernel, partialSumsCount, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Joint L2 norm of gradients, √Σ g² over all of them → []. */
export function globalNorm(gradients: readonly [Tensor, ...Tensor[]]): Tensor {
  return record(globalNormOp, gradients, {})[0]!;
}

/** The rule object of {@link globalNorm}. */
export const globalNormOp: Op<object> = {
  name: "globalNorm",
  infer: () => [{ shape: [], dtype: "f32" }],
  lower({ inputs, outputs, scratch }) {
    const counts = inputs.map(({ shape }) => partialSumsCount(sizeOf(shape)));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const partial = scratch({ shape: [total], dtype: "f32" });
    let offset = 0;
    return [
      ...inputs.map((gradient, i) => {
        const problem = { size: sizeOf(gradient.shape), splits: counts[i]!, offset };
        offset += counts[i]!;
        return dispatch(partialSquaresKernel, problem, [gradient], [partial]);
      }),
      dispatch(sumToScalarKernel, { size: total, scale: 1, result: "root" }, [partial], outputs),
    ];
  },
  vjp: "not differentiable",
};
