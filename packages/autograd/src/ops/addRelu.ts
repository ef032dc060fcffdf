import { sizeOf } from "@kindling/gpu";
import { addReluKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** max(a + b, 0), the end of a residual block, in one pass; of one shape. @throws ShapeError when the shapes differ. */
export function addRelu(a: Tensor, b: Tensor): Tensor {
  return record(addReluOp, [a, b], {})[0]!;
}

/** The rule object of {@link addRelu}. */
export const addReluOp: Op<object> = {
  name: "addRelu",
  infer: (inputs) => inferSameShape("addRelu", inputs),
  lower: ({ inputs, outputs }) => [dispatch(addReluKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp({ outputs: [y] }, [dy], [needA, needB]) {
    const dz = activationGrad(dy!, y!, "relu");
    return [needA ? dz : null, needB ? dz : null];
  },
};
