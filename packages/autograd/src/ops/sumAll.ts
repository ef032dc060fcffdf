import { type Aval, sizeOf } from "@kindling/gpu";
import { partialSumsCount, partialSumsKernel, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { spreadOp } from "./sum.ts";

/** Sum of all elements: x of any shape → [], f32. */
export function sumAll(x: Tensor): Tensor {
  return record(sumAllOp, [x], { scale: 1 })[0]!;
}

/** The rule object of {@link sumAll} and of the mean of all elements: scale · Σx. */
export const sumAllOp: Op<{ readonly scale: number }> = {
  name: "sumAll",
  infer: () => [{ shape: [], dtype: "f32" }],
  lower: ({ inputs: [x], outputs: [y], attrs, scratch }) => sumAllDispatches(x!, y!, attrs.scale, scratch),
  vjp: ({ inputs: [x], attrs: { scale } }, [dy]) => [record(spreadOp, [dy!], { from: [], shape: x!.shape, dtype: x!.dtype, scale })[0]!],
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
