import { type DType, type Shape, ShapeError } from "@kindling/gpu";
import { broadcastProblem, broadcastRuns, spreadKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { sumOp } from "./sum.ts";

/**
 * x repeated along its axes of size 1, aligned right: x that broadcasts to `shape` → `shape`.
 * @throws ShapeError when x does not broadcast to the shape.
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const runs = broadcastRuns(shape, x.shape);
  if (!runs || runs.length > 4) throw new ShapeError("broadcastTo", `x must broadcast to [${shape}]`, x);
  return record(spreadOp, [x], { from: x.shape, shape, dtype: x.dtype, scale: 1 })[0]!;
}

/** Attributes of {@link spreadOp}. */
export interface SpreadAttrs {
  /** A shape with as many elements as x that broadcasts to `shape`. */
  readonly from: Shape;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly scale: number;
}

/** The rule object of {@link broadcastTo} and of the gradients of sums: scale · x in every element of the axes that were summed. */
export const spreadOp: Op<SpreadAttrs> = {
  name: "spread",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: ({ inputs, outputs, attrs: { from, shape, scale } }) => [
    dispatch(spreadKernel, { ...broadcastProblem(shape, from), scale }, inputs, outputs),
  ],
  vjp: ({ inputs: [x], attrs: { from, scale } }, [dy]) => [
    record(sumOp, [dy!], { kept: from, shape: x!.shape, dtype: x!.dtype, scale })[0]!,
  ],
};
