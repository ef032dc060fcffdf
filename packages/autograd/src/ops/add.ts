import { addKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastDispatch, inferBroadcast } from "./broadcast.ts";
import { sumToShape } from "./sumToShape.ts";

/** a + b; b of a's shape or broadcasting to it. Stored as a. @throws ShapeError when b does not broadcast to a. */
export function add(a: Tensor, b: Tensor): Tensor {
  return record(addOp, [a, b], {})[0]!;
}

/** The rule object of {@link add}. */
export const addOp: Op<object> = {
  name: "add",
  infer: (inputs) => inferBroadcast("add", inputs),
  lower: ({ inputs, outputs }) => [broadcastDispatch(addKernel, inputs, outputs)],
  vjp: ({ inputs: [, b] }, [dy], [, needB]) => [dy!, needB ? sumToShape(dy!, b!) : null],
};
