import { sizeOf } from "@kindling/gpu";
import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type AxesOptions, sumAttrs, sumOp } from "./sum.ts";
import { sumAllOp } from "./sumAll.ts";

/**
 * Mean of all elements, x of any shape → [], f32; or over some axes, otherwise as `sum`.
 * @throws ShapeError when x has no such axis or one is named twice.
 */
export function mean(x: Tensor, axes?: readonly number[], options: AxesOptions = {}): Tensor {
  if (!axes) return record(sumAllOp, [x], { scale: 1 / sizeOf(x.shape) })[0]!;
  const attrs = sumAttrs("mean", x, axes, 1, options);
  return record(sumOp, [x], { ...attrs, scale: sizeOf(attrs.shape) / sizeOf(x.shape) })[0]!;
}
