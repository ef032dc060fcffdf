import { mulKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastDispatch, inferBroadcast } from "./broadcast.ts";
import { productSumToShape } from "./sumToShape.ts";

/** a · b, element by element; b of a's shape or broadcasting to it. Stored as a. @throws ShapeError when b does not broadcast to a. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return record(mulOp, [a, b], {})[0]!;
}

/** The rule object of {@link mul}. */
export const mulOp: Op<object> = {
  name: "mul",
  infer: (inputs) => inferBroadcast("mul", inputs),
  lower: ({ inputs, outputs }) => [broadcastDispatch(mulKernel, inputs, outputs)],
  vjp: ({ inputs: [a, b] }, [dy], [needA, needB]) => [needA ? mul(dy!, b!) : null, needB ? productSumToShape(dy!, a!, b!) : null],
};
