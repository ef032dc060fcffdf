import { type Aval, type Shape, sizeOf } from "@kindling/gpu";
import { partialSumsCount, partialSumsKernel, spreadKernel, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Sum of all elements: x of any shape → []. */
export function sumAll(x: Tensor): Tensor {
  return record(sumAllOp, [x], { scale: 1 })[0]!;
}

/** Mean of all elements: x of any shape → []. */
export function mean(x: Tensor): Tensor {
  return record(sumAllOp, [x], { scale: 1 / sizeOf(x.shape) })[0]!;
}

/** The rule object of {@link sumAll} and {@link mean}: scale · Σx. */
export const sumAllOp: Op<{ readonly scale: number }> = {
  name: "sumAll",
  infer: () => [{ shape: [], dtype: "f32" }],
  lower: ({ inputs: [x], outputs: [y], attrs, scratch }) => sumAllDispatches(x!, y!, attrs.scale, scratch),
  vjp: ({ inputs: [x], attrs }, [dy]) => [record(spreadOp, [dy!], { shape: x!.shape, scale: attrs.scale })[0]!],
};

/** Gradient of {@link sumAllOp}: dy [] → scale · dy in every element of `shape`. */
export const spreadOp: Op<{ readonly shape: Shape; readonly scale: number }> = {
  name: "spread",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ({ inputs, outputs, attrs }) => [dispatch(spreadKernel, { size: sizeOf(attrs.shape), scale: attrs.scale }, inputs, outputs)],
  vjp: "not differentiable",
};

/** Elements that one workgroup adds by itself in less time than a second dispatch takes. */
const few = 4096;

/** y [] = scale · Σx, in one pass or two. */
export function sumAllDispatches(x: Aval, y: Aval, scale: number, scratch: (aval: Aval) => Aval): Dispatch[] {
  const size = sizeOf(x.shape);
  if (size <= few) return [dispatch(sumToScalarKernel, { size, scale, result: "sum" }, [x], [y])];
  const splits = partialSumsCount(size);
  const partial = scratch({ shape: [splits], dtype: "f32" });
  return [
    dispatch(partialSumsKernel, { size, splits, offset: 0 }, [x], [partial]),
    dispatch(sumToScalarKernel, { size: splits, scale, result: "sum" }, [partial], [y]),
  ];
}
