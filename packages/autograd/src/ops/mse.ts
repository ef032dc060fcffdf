import { type Aval, sizeOf } from "@kindling/gpu";
import {
  axisSlices,
  axisSplits,
  mseGradKernel,
  partialSquaredDifferencesKernel,
  partialSumsCount,
  sumToScalarKernel,
  weightedMseGradKernel,
  weightedMseKernel,
} from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";
import { inferSameShape } from "./inferSameShape.ts";
import { mapWeightDispatches } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/**
 * Mean squared error → []: the mean of (prediction − target)² over all elements of any shape, or, with a mask [n,k] for heatmaps [n,h,w,k],
 * Σ mask · (prediction − target)² / (Σ mask · h · w), which is 0 when nothing is visible. Both operands are differentiable, the mask is not.
 * @throws ShapeError when the operands differ in shape or the mask is not [n,k].
 */
export function mse(prediction: Tensor, target: Tensor, mask?: Tensor): Tensor {
  return record(mask ? weightedMseOp : mseOp, mask ? [prediction, target, mask] : [prediction, target], {})[0]!;
}

/** The rule object of {@link mse} without a mask. */
export const mseOp: Op<object> = {
  name: "mse",
  infer(inputs) {
    inferSameShape("mse", inputs);
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

/** The rule object of {@link mse} with a mask; a second output is the weight of each map, [n,k]. */
export const weightedMseOp: Op<object> = {
  name: "weightedMse",
  infer([prediction, target, mask]) {
    inferSameShape("mse", [prediction!, target!]);
    checkMask("mse", prediction!, mask!);
    return [
      { shape: [], dtype: "f32" },
      { shape: mask!.shape, dtype: "f32" },
    ];
  },
  lower: (call) => weightedMseDispatches(call),
  vjp({ inputs: [prediction, target], outputs: [, weight] }, [dy], needed) {
    return ([1, -1] as const).map((sign, i) =>
      needed[i] ? record(weightedMseGradOp, [prediction!, target!, weight!, dy!], { sign })[0]! : null,
    );
  },
};

/** Which operand a gradient is for: 1 the prediction, −1 the target. */
interface MseGradAttrs {
  readonly sign: 1 | -1;
}

/** Gradient of {@link mseOp}: prediction, target, dy [] → their shape. */
export const mseGradOp: Op<MseGradAttrs> = {
  name: "mseGrad",
  infer: ([prediction]) => [{ shape: prediction!.shape, dtype: "f32" }],
  lower({ inputs, outputs, attrs }) {
    const size = sizeOf(outputs[0]!.shape);
    return [dispatch(mseGradKernel, { size, scale: (2 * attrs.sign) / size }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

/** Gradient of {@link weightedMseOp}: prediction, target [n,h,w,k], weight [n,k], dy [] → [n,h,w,k]. */
export const weightedMseGradOp: Op<MseGradAttrs> = {
  name: "weightedMseGrad",
  infer: ([prediction]) => [{ shape: prediction!.shape, dtype: "f32" }],
  lower({ inputs, outputs, attrs }) {
    const axis = heatmapAxis("mse", outputs[0]!);
    return [dispatch(weightedMseGradKernel, { ...axis, splits: axisSlices(axis.length), scale: 2 * attrs.sign }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

function weightedMseDispatches({ inputs, outputs, scratch }: LowerCall<object>): Dispatch[] {
  const [prediction, target, mask] = inputs;
  const [loss, weight] = outputs;
  const axis = heatmapAxis("mse", prediction!);
  const splits = axisSplits(axis.outer, axis.length, axis.inner);
  const partial: Aval = scratch({ shape: [splits, axis.outer, axis.inner], dtype: "f32" });
  return [
    ...mapWeightDispatches({ mask, scale: 1 / axis.length, normalize: true }, weight!, scratch),
    dispatch(weightedMseKernel, { ...axis, splits }, [prediction!, target!, weight!], [partial]),
    ...sumAllDispatches(partial, loss!, 1, scratch),
  ];
}
