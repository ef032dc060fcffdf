import { type DType, DTypeError, sizeOf } from "@kindling/gpu";
import { castKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * x stored as `dtype`, x itself where it is so already; its gradient is stored as x. To f16 it rounds to nearest, beyond 65,504 to infinity.
 * @throws DTypeError when x or `dtype` is not a floating-point type.
 */
export function cast(x: Tensor, dtype: "f32" | "f16"): Tensor {
  return x.dtype === dtype ? x : record(castOp, [x], { dtype })[0]!;
}

/** The rule object of {@link cast}. */
export const castOp: Op<{ readonly dtype: DType }> = {
  name: "cast",
  infer([x], { dtype }) {
    if (x!.dtype === "u32" || dtype === "u32") throw new DTypeError("cast", "only f32 and f16 are cast to each other", x!);
    return [{ shape: x!.shape, dtype }];
  },
  lower: ({ inputs, outputs }) => [dispatch(castKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: ({ inputs: [x] }, [dy]) => [cast(dy!, x!.dtype === "f16" ? "f16" : "f32")],
};
