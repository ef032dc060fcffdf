import { type Aval, ShapeError, sameShape, sizeOf } from "@kindling/gpu";
import { type Axis, axisSlices, axisSplits, weightedMseGradKernel, weightedMseKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { mapWeightDispatches } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Which squared errors count how much. */
export interface WeightedMseAttrs {
  /** The loss that is computed, for its errors. */
  readonly loss: string;
  /** What the mask has a number for: each map, [n,k], or each pixel, [n,h,w,1]. */
  readonly each: "map" | "pixel";
  /** Whether the mask counts by its square, since it multiplies both operands. */
  readonly squared: boolean;
  /** Factor of the sum, with `normalize` divided by Σ mask (0 when nothing is visible). */
  readonly scale: number;
  readonly normalize: boolean;
}

/**
 * Σ weight · (prediction − target)² of heatmaps [n,h,w,k], mask optional → []; what several losses are but for their weights. A second output is the
 * weight of each map or pixel, for the gradient. Both operands are differentiable, the mask is not.
 */
export const weightedMseOp: Op<WeightedMseAttrs> = {
  name: "weightedMse",
  infer([prediction, target, mask], { loss, each }) {
    checkSameShape(loss, prediction!, target!);
    const { outer, inner } = heatmapAxis(loss, prediction!);
    if (mask && each === "map") checkMask(loss, prediction!, mask);
    const [n = 0, h = 0, w = 0] = prediction!.shape;
    if (mask && each === "pixel" && !sameShape(mask.shape, [n, h, w, 1])) {
      throw new ShapeError(loss, "the mask must be [n,h,w,1]", prediction!, mask);
    }
    return [
      { shape: [], dtype: "f32" },
      { shape: mask?.shape ?? [outer, inner], dtype: "f32" },
    ];
  },
  lower({ inputs: [prediction, target, mask], outputs: [loss, weight], attrs, scratch }) {
    const axis = axisOfWeights(prediction!, weight!);
    const splits = axisSplits(axis.outer, axis.length, axis.inner);
    const partial = scratch({ shape: [splits, axis.outer, axis.inner], dtype: "f32" });
    return [
      ...mapWeightDispatches({ mask, ...attrs }, weight!, scratch),
      dispatch(weightedMseKernel, { ...axis, splits }, [prediction!, target!, weight!], [partial]),
      ...sumAllDispatches(partial, loss!, 1, scratch),
    ];
  },
  vjp({ inputs: [prediction, target], outputs: [, weight] }, [dy], needed) {
    return ([1, -1] as const).map((sign, i) =>
      needed[i] ? record(weightedMseGradOp, [prediction!, target!, weight!, dy!], { sign })[0]! : null,
    );
  },
};

/** Which operand a gradient is for: 1 the prediction, −1 the target. */
export interface WeightedMseGradAttrs {
  readonly sign: 1 | -1;
}

/** Gradient of {@link weightedMseOp}: prediction, target [n,h,w,k], weight [n,k] or [n,h,w,1], dy [] → [n,h,w,k]. */
export const weightedMseGradOp: Op<WeightedMseGradAttrs> = {
  name: "weightedMseGrad",
  infer([prediction, target], { sign }) {
    const { shape, dtype } = sign === 1 ? prediction! : target!;
    return [{ shape, dtype }];
  },
  lower({ inputs, outputs, attrs: { sign } }) {
    const axis = axisOfWeights(inputs[0]!, inputs[2]!);
    return [dispatch(weightedMseGradKernel, { ...axis, splits: axisSlices(axis.length), scale: 2 * sign }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

/** Heatmaps as [outer, length, inner] with a weight for each [outer, inner]: maps, or pixels of all channels. */
function axisOfWeights(heatmaps: Aval, weight: Aval): Axis {
  if (weight.shape.length === 2) return heatmapAxis("weightedMse", heatmaps);
  const pixels = sizeOf(weight.shape);
  return { outer: pixels, length: sizeOf(heatmaps.shape) / pixels, inner: 1 };
}
