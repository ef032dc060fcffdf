import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { heatmapAxis } from "./axisOf.ts";
import { weightedMseOp } from "./weightedMse.ts";

/** How {@link jointsMse} is averaged. */
export interface JointsMseOptions {
  /** N of the formula: n·k·h·w ("all", the default and HRNet's), or Σ weight · h · w ("visible"; then 0 where no joint is visible). */
  readonly normalization?: "all" | "visible";
}

/**
 * Half the mean squared error of weighted heatmaps: prediction, target [n,h,w,k], weight [n,k] or none → [].
 *
 * L = 1 / N · Σ ½ (w ŷ − w y)², which with N = n·k·h·w is HRNet's 1/K Σ_k ½ mean((w ŷ_k − w y_k)²). The weight is inside the square: 1.5 counts
 * 2.25 times. Both operands are differentiable, the weight is not. JointsMSELoss of deep-high-resolution-net.pytorch, lib/core/loss.py.
 * @throws ShapeError when the heatmaps differ in shape or the weight is not [n,k].
 */
export function jointsMse(prediction: Tensor, target: Tensor, weight: Tensor | null, options: JointsMseOptions = {}): Tensor {
  const { outer, length, inner } = heatmapAxis("jointsMse", prediction);
  const normalize = options.normalization === "visible";
  const scale = 0.5 / (normalize ? length : outer * length * inner);
  const attrs = { loss: "jointsMse", each: "map", squared: true, scale, normalize } as const;
  return record(weightedMseOp, weight ? [prediction, target, weight] : [prediction, target], attrs)[0]!;
}
