import { type Shape, sizeOf } from "@kindling/gpu";
import { fillKernel } from "@kindling/kernels";
import type { Graph } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** A tensor whose elements all have one value. */
export function fill(graph: Graph, shape: Shape, value: number): Tensor {
  return graph.record(fillOp, [], { shape, value })[0]!;
}

/** The rule object of {@link fill}. */
export const fillOp: Op<{ readonly shape: Shape; readonly value: number }> = {
  name: "fill",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ({ outputs, attrs }) => [dispatch(fillKernel, { size: sizeOf(attrs.shape), value: attrs.value }, [], outputs)],
  vjp: () => [],
};
