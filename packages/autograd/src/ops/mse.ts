import { sizeOf } from "@kindling/gpu";
import { mseGradKernel, partialSquaredDifferencesKernel, partialSumsCount, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { weightedMseOp } from "./weightedMse.ts";

/**
 * Mean squared error → []: the mean of (prediction − target)² over all elements of any shape, or, with a mask [n,k] for heatmaps [n,h,w,k],
 * Σ mask · (prediction − target)² / (Σ mask · h · w), which is 0 when nothing is visible. Both operands are differentiable, the mask is not.
 * @throws ShapeError when the operands differ in shape or the mask is not [n,k].
 */
export function mse(prediction: Tensor, target: Tensor, mask?: Tensor): Tensor {
  if (!mask) return record(mseOp, [prediction, target], {})[0]!;
  const scale = 1 / heatmapAxis("mse", prediction).length;
  return record(weightedMseOp, [prediction, target, mask], { loss: "mse", each: "map", squared: false, scale, normalize: true })[0]!;
}

/** The rule object of {@link mse} without a mask. */
export const mseOp: Op<object> = {
  name: "mse",
  infer([prediction, target]) {
    checkSameShape("mse", prediction!, target!);
    return [{ shape: [], dtype: "f32" }];
  },
  lower({ inputs, outputs, scratch }) {
    const size = sizeOf(inputs[0]!.shape);
    const splits = partialSumsCount(size);
    const partial = scratch({ shape: [splits], dtype: "f32" });
    return [
      dispatch(partialSquaredDifferencesKernel, { size, splits, offset: 0 }, inputs, [partial]),
      dispatch(sumToScalarKernel, { size: splits, scale: 1 / size, result: "sum" }, [partial], outputs),
    ];
  },
  vjp({ inputs: [prediction, target] }, [dy], needed) {
    return ([1, -1] as const).map((sign, i) => (needed[i] ? record(mseGradOp, [prediction!, target!, dy!], { sign })[0]! : null));
  },
};

/** Which operand a gradient is for: 1 the prediction, −1 the target. */
export interface MseGradAttrs {
  readonly sign: 1 | -1;
}

/** Gradient of {@link mseOp}: prediction, target, dy [] → their shape. */
export const mseGradOp: Op<MseGradAttrs> = {
  name: "mseGrad",
  infer([prediction, target], { sign }) {
    const { shape, dtype } = sign === 1 ? prediction! : target!;
    return [{ shape, dtype }];
  },
  lower({ inputs, outputs, attrs }) {
    const size = sizeOf(outputs[0]!.shape);
    return [dispatch(mseGradKernel, { size, scale: (2 * attrs.sign) / size }, inputs, outputs)];
  },
  vjp: "not differentiable",
};
