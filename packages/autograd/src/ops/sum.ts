import { type DType, type Shape, ShapeError } from "@kindling/gpu";
import { broadcastProblem, broadcastRuns, spreadKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { keptShape } from "./keptShape.ts";
import { sumDispatches } from "./sumDispatches.ts";

/** How an op over axes leaves its result. */
export interface AxesOptions {
  /** Whether the axes stay, as size 1, so that the result broadcasts to x. */
  readonly keepDims?: boolean;
}

/**
 * Σ x over some axes, negative ones counted from the last: x of any shape → its other axes; f32 sums, stored as x.
 * [n,h,w,c] over [1,2] → [n,c], with keepDims [n,1,1,c].
 * @throws ShapeError when x has no such axis or one is named twice.
 */
export function sum(x: Tensor, axes: readonly number[], options: AxesOptions = {}): Tensor {
  return record(sumOp, [x], sumAttrs("sum", x, axes, 1, options))[0]!;
}

/** Attributes of {@link sumOp}. */
export interface SumAttrs {
  /** A shape that broadcasts to x; the sums run where it does. */
  readonly kept: Shape;
  /** The output's, with as many elements as `kept`. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly scale: number;
}

/** Attributes of a sum over axes. @throws ShapeError when x has no such axis or one is named twice. */
export function sumAttrs(op: string, x: Tensor, axes: readonly number[], scale: number, { keepDims = false }: AxesOptions): SumAttrs {
  const { kept, dropped } = keptShape(op, x, axes);
  return { kept, shape: keepDims ? kept : dropped, dtype: x.dtype, scale };
}

/** The rule object of {@link sum}, of the mean over axes and of gradients of what broadcast: scale · Σx. */
export const sumOp: Op<SumAttrs> = {
  name: "sum",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: ({ inputs, outputs: [y], attrs, scratch }) => sumDispatches(inputs, y!, attrs, scratch),
  vjp: ({ inputs: [x], attrs: { kept, scale } }, [dy]) => [
    record(spreadOp, [dy!], { from: kept, shape: x!.shape, dtype: x!.dtype, scale })[0]!,
  ],
};

/** a, b of one shape → scale · Σ a·b, without the product in memory: the gradient of a factor that broadcast. */
export const productSumOp: Op<SumAttrs> = {
  name: "productSum",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: ({ inputs, outputs: [y], attrs, scratch }) => sumDispatches(inputs, y!, attrs, scratch),
  vjp: "not differentiable",
};

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
