import { type Shape, sizeOf } from "@kindling/gpu";
import { fillKernel } from "@kindling/kernels";
import type { Graph } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** A tensor whose elements all have one value. */
export function fill(graph: Graph, shape: Shape, value: number, dtype: "f32" | "f16" = "f32"): Tensor {
  return graph.record(fillOp, [], { shape, value, dtype })[0]!;
}

/** The rule object of {@link fill}. */
export const fillOp: Op<{ readonly shape: Shape; readonly value: number; readonly dtype: "f32" | "f16" }> = {
  name: "fill",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: ({ outputs, attrs }) => [dispatch(fillKernel, { size: sizeOf(attrs.shape), value: attrs.value }, [], outputs)],
  vjp: () => [],
};
