import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { weightedMseOp } from "./weightedMse.ts";

/**
 * Sum of squared errors of heatmaps or part affinity fields: prediction, target [n,h,w,c], mask [n,h,w,1] or none → [].
 *
 * L = Σ ((ŷ − y) · mask)² / (2 n): a sum over pixels and channels, so that it grows with the size of the maps and two sorts of maps weigh
 * as many as they have channels. The mask leaves out crowds of persons. Both operands are differentiable, the mask is not.
 * l2_loss of lightweight-human-pose-estimation.pytorch, modules/loss.py (Osokin 2018, "Real-time 2D Multi-Person Pose Estimation on CPU").
 * @throws ShapeError when the maps differ in shape or the mask is not [n,h,w,1].
 */
export function maskedL2(prediction: Tensor, target: Tensor, mask: Tensor | null): Tensor {
  const attrs = { loss: "maskedL2", each: "pixel", squared: true, scale: 0.5 / (prediction.shape[0] ?? 1), normalize: false } as const;
  return record(weightedMseOp, mask ? [prediction, target, mask] : [prediction, target], attrs)[0]!;
}
