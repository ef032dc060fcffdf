import { sizeOf } from "@kindling/gpu";
import { reluKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";

/** max(x, 0); NaN passes through. */
export function relu(x: Tensor): Tensor {
  return record(reluOp, [x], {})[0]!;
}

/** The rule object of {@link relu}. */
export const reluOp: Op<object> = {
  name: "relu",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower: ({ inputs, outputs }) => [dispatch(reluKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: ({ outputs: [y] }, [dy]) => [activationGrad(dy!, y!, "relu")],
};
