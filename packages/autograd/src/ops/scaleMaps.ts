import type { DType } from "@kindling/gpu";
import { axisSlices, scaleMapsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";

/**
 * Heatmaps times a number a map: x [n,h,w,k], weight [n,k] → [n,h,w,k], f32, for what a loss takes exponentials of. The weight gets no gradient.
 * @throws ShapeError when the weight is not [n,k].
 */
export function scaleMaps(x: Tensor, weight: Tensor): Tensor {
  return record(scaleMapsOp, [x, weight], { dtype: "f32" })[0]!;
}

/** The rule object of {@link scaleMaps}; `dtype` is what the result is stored as. */
export const scaleMapsOp: Op<{ readonly dtype: DType }> = {
  name: "scaleMaps",
  infer([x, weight], { dtype }) {
    checkMask("scaleMaps", x!, weight!);
    return [{ shape: x!.shape, dtype }];
  },
  lower({ inputs, outputs }) {
    const axis = heatmapAxis("scaleMaps", inputs[0]!);
    return [dispatch(scaleMapsKernel, { ...axis, splits: axisSlices(axis.length) }, inputs, outputs)];
  },
  vjp: ({ inputs: [x, weight] }, [dy]) => [record(scaleMapsOp, [dy!, weight!], { dtype: x!.dtype })[0]!, null],
};
