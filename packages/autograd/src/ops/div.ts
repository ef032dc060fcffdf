import { divKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastDispatch, inferBroadcast } from "./broadcast.ts";
import { productSumToShape } from "./sumToShape.ts";

/** a / b, element by element; b of a's shape or broadcasting to it. Stored as a. @throws ShapeError when b does not broadcast to a. */
export function div(a: Tensor, b: Tensor): Tensor {
  return record(divOp, [a, b], {})[0]!;
}

/** The rule object of {@link div}. */
export const divOp: Op<object> = {
  name: "div",
  infer: (inputs) => inferBroadcast("div", inputs),
  lower: ({ inputs, outputs }) => [broadcastDispatch(divKernel, inputs, outputs)],
  vjp: ({ inputs: [, b], outputs: [y] }, [dy], [needA, needB]) => [
    needA ? div(dy!, b!) : null,
    // −Σ dy·a / b², where a / b is at hand and b is the same in the whole sum.
    needB ? div(productSumToShape(dy!, y!, b!, -1), b!) : null,
  ],
};
