import { sizeOf } from "@kindling/gpu";
import { mulKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** a · b element by element, of one shape. @throws ShapeError when the shapes differ. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return record(mulOp, [a, b], {})[0]!;
}

/** The rule object of {@link mul}. */
export const mulOp: Op<object> = {
  name: "mul",
  infer: (inputs) => inferSameShape("mul", inputs),
  lower: ({ inputs, outputs }) => [dispatch(mulKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: ({ inputs: [a, b] }, [dy], [needA, needB]) => [needA ? mul(dy!, b!) : null, needB ? mul(dy!, a!) : null],
};
