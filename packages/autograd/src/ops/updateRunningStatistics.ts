import { updateRunningStatisticsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** A step of the running statistics: momentum is the batch's share, rows how many values a channel its statistics are of. */
export interface UpdateRunningStatisticsAttrs {
  readonly rows: number;
  readonly momentum: number;
  /** Leaves a channel alone whose batch has NaN or infinite statistics; default false. */
  readonly finiteOnly?: boolean;
}

/**
 * Moves running mean and variance [c], which must be variables, towards a batch's mean and biased variance [c]; the latter is made unbiased.
 * @throws Error when the running statistics are not variables.
 */
export function updateRunningStatistics(
  running: readonly [mean: Tensor, variance: Tensor],
  batch: readonly [mean: Tensor, variance: Tensor],
  attrs: UpdateRunningStatisticsAttrs,
): void {
  record(updateRunningStatisticsOp, [...running, ...batch], attrs);
}

/** The rule object of {@link updateRunningStatistics}: running mean, running variance, mean, variance → nothing. */
export const updateRunningStatisticsOp: Op<UpdateRunningStatisticsAttrs> = {
  name: "updateRunningStatistics",
  mutates: [0, 1],
  infer: () => [],
  lower: ({ inputs: [runningMean, runningVariance, mean, variance], attrs }) => [
    dispatch(updateRunningStatisticsKernel, { ...attrs, channels: mean!.shape[0]! }, [mean!, variance!], [runningMean!, runningVariance!]),
  ],
  vjp: "not differentiable",
};
