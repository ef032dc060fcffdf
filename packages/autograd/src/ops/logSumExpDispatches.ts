import type { Aval } from "@kindling/gpu";
import { type Axis, axisSplits, logSumExpMergeKernel, logSumExpPartialKernel } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/** y [outer, inner] = ln Σ exp(scale · x) over the axis. */
export function logSumExpDispatches(x: Aval, y: Aval, axis: Axis, scale: number, scratch: (aval: Aval) => Aval): Dispatch[] {
  const splits = axisSplits(axis.outer, axis.length, axis.inner);
  const size = axis.outer * axis.inner;
  const partial = scratch({ shape: [2, splits, size], dtype: "f32" });
  return [
    dispatch(logSumExpPartialKernel, { ...axis, splits, scale }, [x], [partial]),
    dispatch(logSumExpMergeKernel, { splits, size }, [partial], [y]),
  ];
}
