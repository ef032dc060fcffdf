import type { Aval } from "@kindling/gpu";
import { axisSplits, hardestMapsKernel, sumSplitsKernel, weightedMseKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { mapWeightDispatches } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";
import { weightedMseGradOp } from "./weightedMse.ts";

/**
 * Online hard keypoint mining: prediction, target [n,h,w,k], weight [n,k] or none → [].
 *
 * L = 1 / (n · topk) · Σ_n Σ_{k among the topk} l, l = ½ · mean_{h,w} (w ŷ − w y)²: of each sample only the topk joints with the largest l count
 * and get a gradient (8 in HRNet; of equal ones the first). Both operands are differentiable, the weight is not.
 * JointsOHKMMSELoss of deep-high-resolution-net.pytorch, lib/core/loss.py (Chen et al. 2018, "Cascaded Pyramid Network", §3.3).
 * @throws ShapeError when the heatmaps differ in shape or the weight is not [n,k], RangeError when topk is no integer from 1 to k.
 */
export function jointsOhkmMse(prediction: Tensor, target: Tensor, weight: Tensor | null, topk: number): Tensor {
  const { inner } = heatmapAxis("jointsOhkmMse", prediction);
  if (!Number.isInteger(topk) || topk < 1 || topk > inner) {
    throw new RangeError(`jointsOhkmMse: topk must be an integer from 1 to the ${inner} joints, not ${topk}`);
  }
  return record(jointsOhkmMseOp, weight ? [prediction, target, weight] : [prediction, target], { topk })[0]!;
}

/** The rule object of {@link jointsOhkmMse}; a second output, for the gradient, is the weight of each map, 0 where it is not among the hardest, [n,k]. */
export const jointsOhkmMseOp: Op<{ readonly topk: number }> = {
  name: "jointsOhkmMse",
  infer([prediction, target, weight]) {
    checkSameShape("jointsOhkmMse", prediction!, target!);
    if (weight) checkMask("jointsOhkmMse", prediction!, weight);
    const { outer, inner } = heatmapAxis("jointsOhkmMse", prediction!);
    return [
      { shape: [], dtype: "f32" },
      { shape: [outer, inner], dtype: "f32" },
    ];
  },
  lower: (call) => jointsOhkmMseDispatches(call),
  vjp({ inputs: [prediction, target], outputs: [, hardest] }, [dy], needed) {
    return ([1, -1] as const).map((sign, i) =>
      needed[i] ? record(weightedMseGradOp, [prediction!, target!, hardest!, dy!], { sign })[0]! : null,
    );
  },
};

function jointsOhkmMseDispatches({ inputs, outputs, attrs: { topk }, scratch }: LowerCall<{ readonly topk: number }>): Dispatch[] {
  const [prediction, target, mask] = inputs;
  const [loss, hardestWeight] = outputs;
  const axis = heatmapAxis("jointsOhkmMse", prediction!);
  const [batch, maps] = [axis.outer, axis.inner];
  const perMap: Aval = { shape: [batch, maps], dtype: "f32" };
  const [weight, losses, hardest] = [scratch(perMap), scratch(perMap), scratch(perMap)];
  const splits = axisSplits(batch, axis.length, maps);
  const partial = splits === 1 ? losses : scratch({ shape: [splits, batch, maps], dtype: "f32" });
  return [
    ...mapWeightDispatches({ mask, scale: 0.5 / axis.length, normalize: false, squared: true }, weight, scratch),
    dispatch(weightedMseKernel, { ...axis, splits }, [prediction!, target!, weight], [partial]),
    ...(splits === 1 ? [] : [dispatch(sumSplitsKernel, { splits, size: batch * maps }, [partial], [losses])]),
    dispatch(hardestMapsKernel, { batch, maps, topk, scale: 1 / (topk * batch) }, [losses, weight], [hardest, hardestWeight!]),
    ...sumAllDispatches(hardest, loss!, 1, scratch),
  ];
}
