import { sizeOf } from "@kindling/gpu";
import { addKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** a + b, of one shape. @throws ShapeError when the shapes differ. */
export function add(a: Tensor, b: Tensor): Tensor {
  return record(addOp, [a, b], {})[0]!;
}

/** The rule object of {@link add}. */
export const addOp: Op<object> = {
  name: "add",
  infer: (inputs) => inferSameShape("add", inputs),
  lower: ({ inputs, outputs }) => [dispatch(addKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: (_, [dy]) => [dy!, dy!],
};
