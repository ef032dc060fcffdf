import { sizeOf } from "@kindling/gpu";
import { allFiniteKernel, partialFiniteKernel, partialSumsCount } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Whether no element of any tensor is NaN or infinite → [], f32: 1 or 0, so that it can be read and multiplied like a loss. Tensors of any
 * shape, f32 or f16.
 */
export function allFinite(tensors: readonly [Tensor, ...Tensor[]]): Tensor {
  return record(allFiniteOp, tensors, {})[0]!;
}

/** The rule object of {@link allFinite}. */
export const allFiniteOp: Op<object> = {
  name: "allFinite",
  infer: () => [{ shape: [], dtype: "f32" }],
  lower({ inputs, outputs, scratch }) {
    const counts = inputs.map(({ shape }) => partialSumsCount(sizeOf(shape)));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const partial = scratch({ shape: [total], dtype: "u32" });
    let offset = 0;
    return [
      ...inputs.map((tensor, i) => {
        const problem = { size: sizeOf(tensor.shape), splits: counts[i]!, offset };
        offset += counts[i]!;
        return dispatch(partialFiniteKernel, problem, [tensor], [partial]);
      }),
      dispatch(allFiniteKernel, { size: total }, [partial], outputs),
    ];
  },
  vjp: "not differentiable",
};
