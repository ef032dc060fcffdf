import { subKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastDispatch, inferBroadcast } from "./broadcast.ts";
import { sumToShape } from "./sumToShape.ts";

/** a − b; b of a's shape or broadcasting to it. Stored as a. @throws ShapeError when b does not broadcast to a. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return record(subOp, [a, b], {})[0]!;
}

/** The rule object of {@link sub}. */
export const subOp: Op<object> = {
  name: "sub",
  infer: (inputs) => inferBroadcast("sub", inputs),
  lower: ({ inputs, outputs }) => [broadcastDispatch(subKernel, inputs, outputs)],
  vjp: ({ inputs: [, b] }, [dy], [, needB]) => [dy!, needB ? sumToShape(dy!, b!, -1) : null],
};
