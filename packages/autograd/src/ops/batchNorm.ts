import { type Aval, ShapeError } from "@kindling/gpu";
import { averageSplitsKernel, batchNormKernel, squaredDeviationsKernel, sumRowsKernel, sumRowsSplits } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { batchNormEvaluationInputGrad, batchNormTrainingInputGrad, batchNormWeightGrad } from "./batchNormGrad.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";
import { updateRunningStatistics } from "./updateRunningStatistics.ts";

/** Which statistics normalise, and what follows. */
export interface BatchNormOptions {
  /** True normalises with the batch's own mean and variance and moves the running ones; false uses the running ones. */
  readonly training: boolean;
  /** Share of the batch in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** Default "none". */
  readonly activation?: "none" | "relu";
}

/** What a normalisation needs to know. */
export interface BatchNormAttrs {
  readonly epsilon: number;
  readonly activation: "none" | "relu";
}

/**
 * Batch norm over all axes but the last (Ioffe and Szegedy 2015), fused with an optional ReLU; x [n,h,w,c], the others [c] → [n,h,w,c].
 * y = (x − mean) / √(variance + epsilon) · weight + bias. In training the variance is the biased one of the batch, and the running statistics,
 * which must be variables, are moved: the variance towards the unbiased one, as in PyTorch.
 * @throws ShapeError when an operand does not have one value a channel, or in training when there is but one value a channel.
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  runningMean: Tensor,
  runningVariance: Tensor,
  options: BatchNormOptions,
): Tensor {
  const attrs: BatchNormAttrs = { epsilon: options.epsilon ?? 1e-5, activation: options.activation ?? "none" };
  if (!options.training) return record(batchNormEvaluationOp, [x, weight, bias, runningMean, runningVariance], attrs)[0]!;
  const [y, mean, variance] = record(batchNormTrainingOp, [x, weight, bias], attrs);
  updateRunningStatistics([runningMean, runningVariance], [mean!, variance!], {
    rows: rowsAndChannels(x).rows,
    momentum: options.momentum ?? 0.1,
    // A step in which f16 overflows is skipped and must leave nothing; in f32 what is not finite shall be seen.
    finiteOnly: x.dtype === "f16",
  });
  return y!;
}

/** The rule object of {@link batchNorm} with fixed statistics: x, weight, bias, mean, variance → y. The statistics have no gradient. */
export const batchNormEvaluationOp: Op<BatchNormAttrs> = {
  name: "batchNorm",
  infer: ([x, ...perChannel]) => [inferBatchNorm(x!, perChannel)],
  lower: ({ inputs: [x, weight, bias, mean, variance], outputs, attrs }) => [
    dispatch(batchNormKernel, { ...rowsAndChannels(x!), ...attrs }, [x!, mean!, variance!, weight!, bias!], outputs),
  ],
  vjp({ inputs: [x, weight, , mean, variance], outputs: [y], attrs: { epsilon, activation } }, [dy], [needX, needWeight, needBias]) {
    const dz = activationGrad(dy!, y!, activation);
    const [dweight, dbias] = needWeight || needBias ? batchNormWeightGrad(dz, x!, mean!, variance!, epsilon) : [];
    return [needX ? batchNormEvaluationInputGrad(dz, variance!, weight!, epsilon) : null, dweight ?? null, dbias ?? null, null, null];
  },
};

/** The rule object of {@link batchNorm} with the batch's statistics: x, weight, bias → y, mean, biased variance. Only y has a gradient. */
export const batchNormTrainingOp: Op<BatchNormAttrs> = {
  name: "batchNormTraining",
  infer([x, ...perChannel]) {
    const y = inferBatchNorm(x!, perChannel);
    if (rowsAndChannels(x!).rows < 2) throw new ShapeError("batchNorm", "training needs more than one value a channel", x!);
    const statistic: Aval = { shape: x!.shape.slice(-1), dtype: "f32" };
    return [y, statistic, statistic];
  },
  lower({ inputs: [x, weight, bias], outputs: [y, mean, variance], attrs, scratch }) {
    const problem = rowsAndChannels(x!);
    return [
      ...statisticsDispatches(x!, mean!, variance!, scratch),
      dispatch(batchNormKernel, { ...problem, ...attrs }, [x!, mean!, variance!, weight!, bias!], [y!]),
    ];
  },
  // The statistics are tiny: with them at hand it is the last pass alone.
  repeat: ({ outputs: [, mean, variance], attrs }, [x, weight, bias]) => [
    record(batchNormEvaluationOp, [x!, weight!, bias!, mean!, variance!], attrs)[0]!,
    mean!,
    variance!,
  ],
  vjp({ inputs: [x, weight], outputs: [y, mean, variance], attrs: { epsilon, activation } }, [dy], [needX]) {
    const dz = activationGrad(dy!, y!, activation);
    const [dweight, dbias] = batchNormWeightGrad(dz, x!, mean!, variance!, epsilon);
    return [needX ? batchNormTrainingInputGrad(dz, x!, mean!, variance!, weight!, dweight, dbias, epsilon) : null, dweight, dbias];
  },
};

/** Mean first, then the squares around it: two passes over x, because E[x²] − E[x]² cancels where the mean is large. */
function statisticsDispatches(x: Aval, mean: Aval, variance: Aval, scratch: (aval: Aval) => Aval): Dispatch[] {
  const { rows, channels } = rowsAndChannels(x);
  const splits = sumRowsSplits(rows, channels);
  const partial = (): Aval => scratch({ shape: [splits, channels], dtype: "f32" });
  const [sums, squares] = [partial(), partial()];
  const average = { splits, size: channels, count: rows };
  return [
    dispatch(sumRowsKernel, { rows, channels, xChannels: channels, xOffset: 0, splits }, [x], [sums]),
    dispatch(averageSplitsKernel, average, [sums], [mean]),
    dispatch(squaredDeviationsKernel, { rows, channels, splits }, [x, mean], [squares]),
    dispatch(averageSplitsKernel, average, [squares], [variance]),
  ];
}

function inferBatchNorm(x: Aval, perChannel: readonly Aval[]): Aval {
  const channels = x.shape[x.shape.length - 1];
  if (x.shape.length < 2) throw new ShapeError("batchNorm", "x needs channels and at least one other axis", x);
  if (perChannel.some(({ shape }) => shape.length !== 1 || shape[0] !== channels)) {
    throw new ShapeError("batchNorm", `every operand but x must have one value for each of ${channels} channels`, x, ...perChannel);
  }
  return { shape: x.shape, dtype: x.dtype };
}
