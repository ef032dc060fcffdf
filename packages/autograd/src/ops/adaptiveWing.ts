import { type Aval, sizeOf } from "@kindling/gpu";
import { type AdaptiveWingProblem, adaptiveWingGradKernel, adaptiveWingKernel, axisSplits } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { mapFactorDispatch } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Constants of the loss; the defaults are those of the paper. */
export interface AdaptiveWingOptions {
  /** ω, θ, ε and α of the paper. */
  readonly omega?: number;
  readonly theta?: number;
  readonly epsilon?: number;
  readonly alpha?: number;
  /** Pixels whose 3×3 neighbourhood has a target of at least the threshold count 1 + this. */
  readonly importanceWeight?: number;
  readonly importanceThreshold?: number;
  /** What the sum is divided by: all elements, or those of the maps that the mask counts, Σ mask · h · w. */
  readonly normalization?: "all" | "visible";
}

/** Options with all defaults filled in. */
export type AdaptiveWingAttrs = Required<AdaptiveWingOptions>;

/**
 * Adaptive wing loss of heatmaps: prediction, target [n,h,w,k], mask [n,k] → [].
 *
 * Σ (1 + w·[maxpool₃(y) ≥ threshold]) · AWing(p, y) / N with p = prediction · mask, y = target · mask, and N = n·h·w·k ("all") or
 * N = Σ mask · h · w ("visible", the default; then 0 where no joint is visible). AWing is ω ln(1 + |(y − p)/ε|^(α−y)) where |y − p| < θ,
 * else A|y − p| − C, with A and C so that both meet smoothly (eq. 3 and 4). Target and mask get no gradient.
 * Wang, Bo, Fuxin 2019, "Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression".
 * @throws ShapeError when the heatmaps differ in shape or the mask is not [n,k], RangeError when ω, θ or ε is not positive.
 */
export function adaptiveWing(prediction: Tensor, target: Tensor, mask: Tensor, options: AdaptiveWingOptions = {}): Tensor {
  const attrs: AdaptiveWingAttrs = {
    omega: 14,
    theta: 0.5,
    epsilon: 1,
    alpha: 2.1,
    importanceWeight: 10,
    importanceThreshold: 0.2,
    normalization: "visible",
    ...options,
  };
  for (const name of ["omega", "theta", "epsilon"] as const) {
    if (!(attrs[name] > 0)) throw new RangeError(`adaptiveWing: ${name} must be positive, not ${attrs[name]}`);
  }
  return record(adaptiveWingOp, [prediction, target, mask], attrs)[0]!;
}

/** The rule object of {@link adaptiveWing}; a second output is the factor 1 / N. */
export const adaptiveWingOp: Op<AdaptiveWingAttrs> = {
  name: "adaptiveWing",
  infer([prediction, target, mask]) {
    checkSameShape("adaptiveWing", prediction!, target!);
    checkMask("adaptiveWing", prediction!, mask!);
    return [
      { shape: [], dtype: "f32" },
      { shape: [], dtype: "f32" },
    ];
  },
  lower({ inputs: [prediction, target, mask], outputs: [loss, factor], attrs, scratch }) {
    const [batch = 0, height = 0, width = 0, joints = 0] = prediction!.shape;
    const splits = axisSplits(batch, height, joints, 1);
    const partial = scratch({ shape: [splits, batch, joints], dtype: "f32" });
    const normalize = attrs.normalization === "visible";
    const scale = 1 / (normalize ? height * width : sizeOf(prediction!.shape));
    return [
      mapFactorDispatch({ mask: mask!, scale, normalize }, factor!),
      dispatch(adaptiveWingKernel, problem(prediction!, attrs, splits), [prediction!, target!, mask!, factor!], [partial]),
      ...sumAllDispatches(partial, loss!, 1, scratch),
    ];
  },
  vjp({ inputs: [prediction, target, mask], outputs: [, factor], attrs }, [dy], [needPrediction]) {
    return needPrediction ? [record(adaptiveWingGradOp, [prediction!, target!, mask!, factor!, dy!], attrs)[0]!] : [];
  },
};

/** Gradient of {@link adaptiveWing}'s prediction: prediction, target [n,h,w,k], mask [n,k], factor [], dy [] → [n,h,w,k]. */
export const adaptiveWingGradOp: Op<AdaptiveWingAttrs> = {
  name: "adaptiveWingGrad",
  infer: ([prediction]) => [{ shape: prediction!.shape, dtype: prediction!.dtype }],
  // One thread a row of a map.
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(adaptiveWingGradKernel, problem(inputs[0]!, attrs, inputs[0]!.shape[1]!), inputs, outputs),
  ],
  vjp: "not differentiable",
};

function problem(heatmaps: Aval, { normalization: _, ...constants }: AdaptiveWingAttrs, splits: number): AdaptiveWingProblem {
  const [outer = 0, length = 0, width = 0, inner = 0] = heatmaps.shape;
  return { outer, length, width, inner, splits, ...constants };
}
