import { axisSlices, scaleMapsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";

/** Heatmaps times a number a map: x [n,h,w,k], weight [n,k] → [n,h,w,k]. The weight gets no gradient. @throws ShapeError when the weight is not [n,k]. */
export function scaleMaps(x: Tensor, weight: Tensor): Tensor {
  return record(scaleMapsOp, [x, weight], {})[0]!;
}

/** The rule object of {@link scaleMaps}. */
export const scaleMapsOp: Op<object> = {
  name: "scaleMaps",
  infer([x, weight]) {
    checkMask("scaleMaps", x!, weight!);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs, outputs }) {
    const axis = heatmapAxis("scaleMaps", inputs[0]!);
    return [dispatch(scaleMapsKernel, { ...axis, splits: axisSlices(axis.length) }, inputs, outputs)];
  },
  vjp: ({ inputs: [, weight] }, [dy]) => [scaleMaps(dy!, weight!), null],
};
