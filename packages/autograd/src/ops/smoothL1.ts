import { type Aval, ShapeError, sameShape, sizeOf } from "@kindling/gpu";
import { type Axis, axisSlices, axisSplits, smoothL1GradKernel, smoothL1Kernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { fill } from "./fill.ts";
import { mapFactorDispatch } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Letters of the formula of {@link smoothL1}. */
export interface SmoothL1Options {
  /** Differences below β count by their square; 1 when absent, 0 makes it the L1 loss. */
  readonly beta?: number;
  /** N of the formula: the number of elements ("all", the default), or Σ weight times the elements of a joint ("visible"; then 0 where no joint is visible). */
  readonly normalization?: "all" | "visible";
}

/**
 * Smooth L1 loss of any shape without a weight, of coordinates [n,k,d] or heatmaps [n,h,w,k] with a weight [n,k] → [].
 *
 * L = 1 / N · Σ l(w ŷ − w y), l(d) = d² / 2β where |d| < β, else |d| − β / 2. Both operands are differentiable, the weight is not.
 * Without a weight it is torch.nn.functional.smooth_l1_loss, with one SmoothL1Loss of mmpose, models/losses/regression_loss.py.
 * @throws ShapeError when the operands differ in shape or the weight is not [n,k], RangeError when β is negative or not finite.
 */
export function smoothL1(prediction: Tensor, target: Tensor, weight: Tensor | null, options: SmoothL1Options = {}): Tensor {
  const { beta = 1, normalization = "all" } = options;
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) throw new RangeError(`smoothL1: beta must be at least 0 and finite, not ${beta}`);
  const attrs = { beta, weighted: weight !== null, normalization };
  const { outer, inner } = axisOfWeights(prediction, attrs);
  return record(smoothL1Op, [prediction, target, weight ?? fill(prediction.graph, [outer, inner], 1)], attrs)[0]!;
}

/** Options of {@link smoothL1Op}; `weighted` says that the weight has one number a joint. */
export type SmoothL1Attrs = Required<SmoothL1Options> & { readonly weighted: boolean };

/** The rule object of {@link smoothL1}; a second output, for the gradient, is the factor 1 / N. */
export const smoothL1Op: Op<SmoothL1Attrs> = {
  name: "smoothL1",
  infer([prediction, target, weight], attrs) {
    checkSameShape("smoothL1", prediction!, target!);
    if (!sameShape(weight!.shape, weightShape(prediction!, attrs))) {
      throw new ShapeError("smoothL1", "the weight must have one number a sample and joint", prediction!, weight!);
    }
    return [
      { shape: [], dtype: "f32" },
      { shape: [], dtype: "f32" },
    ];
  },
  lower({ inputs: [prediction, target, weight], outputs: [loss, factor], attrs, scratch }) {
    const axis = axisOfWeights(prediction!, attrs);
    const splits = axisSplits(axis.outer, axis.length, axis.inner);
    const partial = scratch({ shape: [splits, axis.outer, axis.inner], dtype: "f32" });
    const normalize = attrs.normalization === "visible";
    const scale = 1 / (normalize ? axis.length : sizeOf(prediction!.shape));
    return [
      mapFactorDispatch({ mask: weight!, scale, normalize }, factor!),
      dispatch(smoothL1Kernel, { ...axis, splits, beta: attrs.beta }, [prediction!, target!, weight!, factor!], [partial]),
      ...sumAllDispatches(partial, loss!, 1, scratch),
    ];
  },
  vjp({ inputs: [prediction, target, weight], outputs: [, factor], attrs }, [dy], needed) {
    return ([1, -1] as const).map((sign, i) =>
      needed[i] ? record(smoothL1GradOp, [prediction!, target!, weight!, factor!, dy!], { ...attrs, sign })[0]! : null,
    );
  },
};

/** Gradient of {@link smoothL1Op}: prediction, target, weight, factor [], dy [] → the shape of the operand whose sign it is, 1 or −1. */
export const smoothL1GradOp: Op<SmoothL1Attrs & { readonly sign: 1 | -1 }> = {
  name: "smoothL1Grad",
  infer([prediction, target], { sign }) {
    const { shape, dtype } = sign === 1 ? prediction! : target!;
    return [{ shape, dtype }];
  },
  lower({ inputs, outputs, attrs }) {
    const axis = axisOfWeights(inputs[0]!, attrs);
    const problem = { ...axis, splits: axisSlices(axis.length), beta: attrs.beta, sign: attrs.sign };
    return [dispatch(smoothL1GradKernel, problem, inputs, outputs)];
  },
  vjp: "not differentiable",
};

function weightShape(x: Aval, attrs: SmoothL1Attrs): readonly number[] {
  const { outer, inner } = axisOfWeights(x, attrs);
  return attrs.weighted && x.shape.length === 3 ? x.shape.slice(0, 2) : [outer, inner];
}

/** The operands as [outer, length, inner] with a weight for each [outer, inner]: a joint, or without weights a channel. */
function axisOfWeights(x: Aval, { weighted }: SmoothL1Attrs): Axis {
  const size = sizeOf(x.shape);
  if (!weighted) {
    const inner = x.shape.length > 1 ? x.shape[x.shape.length - 1]! : 1;
    return { outer: 1, length: size / inner, inner };
  }
  if (x.shape.length !== 3) return heatmapAxis("smoothL1", x);
  const length = x.shape[2]!;
  return { outer: size / length, length, inner: 1 };
}
