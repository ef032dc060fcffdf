import { sizeOf } from "@kindling/gpu";
import { mseGradKernel, partialSquaredDifferencesKernel, partialSumsCount, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { weightedMseOp } from "./weightedMse.ts";

/** How {@link mse} with a mask is averaged. */
export interface MseOptions {
  /** N of the formula: Σ mask · h · w ("visible", the default; then 0 where nothing is visible), or n·h·w·k ("all"). */
  readonly normalization?: "visible" | "all";
}

/**
 * Mean squared error → []: the mean of (prediction − target)² over all elements of any shape, or, with a mask [n,k] for heatmaps [n,h,w,k],
 * Σ mask · (prediction − target)² / N. Both operands are differentiable, the mask is not.
 * @throws ShapeError when the operands differ in shape or the mask is not [n,k].
 */
export function mse(prediction: Tensor, target: Tensor, mask?: Tensor, options: MseOptions = {}): Tensor {
  if (!mask) return record(mseOp, [prediction, target], {})[0]!;
  const { outer, length, inner } = heatmapAxis("mse", prediction);
  const normalize = options.normalization !== "all";
  const scale = 1 / (normalize ? length : outer * length * inner);
  return record(weightedMseOp, [prediction, target, mask], { loss: "mse", each: "map", squared: false, scale, normalize })[0]!;
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
