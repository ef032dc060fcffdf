import { type Aval, ShapeError, sameShape } from "@kindling/gpu";
import { type SimccKlProblem, simccKlGradKernel, simccKlKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { div } from "./div.ts";
import { fill } from "./fill.ts";
import { maximum } from "./maximum.ts";
import { sumAll, sumAllDispatches } from "./sumAll.ts";

/** Letters of the formula of {@link simccKl}. */
export interface SimccKlOptions {
  /** β of the formula: the prediction's logits are β · prediction. 1 when absent; RTMPose has 10. */
  readonly beta?: number;
  /** Whether the target becomes softmax(labelBeta · target), as in RTMPose, or is p as it is (the default). */
  readonly labelSoftmax?: boolean;
  /** 10 when absent; without effect unless `labelSoftmax`. */
  readonly labelBeta?: number;
  /**
   * N of the formula: n·k ("batchAndJoints", the default), which makes the loss the mean of the samples' and joints' divergences, so that its
   * weight among other losses carries over to other batch sizes and numbers of bins; Σ weight ("visible"; then L = 0 where no joint is visible); or
   * k·bins ("jointsAndBins"), mmpose's, which grows with the batch and is n / bins times the first.
   */
  readonly normalization?: "batchAndJoints" | "visible" | "jointsAndBins";
}

/**
 * KL divergence of SimCC vectors of one axis: prediction, target [n,k,bins], weight [n,k] or none → []. The loss of a pose is that of x and that
 * of y added.
 *
 * L = 1/N · Σ_{n,k} weight · Σ_bins p (ln p − ln q), q = softmax(β · prediction), p the target or its softmax, and 0 ln 0 = 0. But for "visible",
 * joints of weight 0 count in N. Target and weight get no gradient. mmpose, models/losses/classification_loss.py, KLDiscretLoss (Jiang et al. 2023, "RTMPose").
 * @throws ShapeError when prediction and target are not of one shape [n,k,bins] or the weight is not [n,k], RangeError when a beta is not positive.
 */
export function simccKl(prediction: Tensor, target: Tensor, weight: Tensor | null, options: SimccKlOptions = {}): Tensor {
  const attrs: SimccKlAttrs = { beta: 1, labelSoftmax: false, labelBeta: 10, normalization: "batchAndJoints", ...options };
  if (!(attrs.beta > 0)) throw new RangeError(`simccKl: beta must be positive, not ${attrs.beta}`);
  if (!(attrs.labelBeta > 0)) throw new RangeError(`simccKl: labelBeta must be positive, not ${attrs.labelBeta}`);
  const { rows } = vectorsOf("simccKl", prediction);
  const weights = weight ?? fill(prediction.graph, rows, 1);
  return record(simccKlOp, [prediction, target, attrs.normalization === "visible" ? shareOfSum(weights) : weights], attrs)[0]!;
}

/** Options of {@link simccKlOp}. */
export type SimccKlAttrs = Required<SimccKlOptions>;

/** The rule object of {@link simccKl}; further outputs, for the gradient: the log-sum-exps of the prediction and what the kernel keeps of the target, [n,k]. */
export const simccKlOp: Op<SimccKlAttrs> = {
  name: "simccKl",
  infer([prediction, target, weight]) {
    const { rows } = vectorsOf("simccKl", prediction!);
    if (!sameShape(prediction!.shape, target!.shape)) {
      throw new ShapeError("simccKl", "prediction and target must have one shape", prediction!, target!);
    }
    if (!sameShape(weight!.shape, rows)) {
      throw new ShapeError("simccKl", "the weight must have one number a sample and joint", prediction!, weight!);
    }
    const statistic: Aval = { shape: rows, dtype: "f32" };
    return [{ shape: [], dtype: "f32" }, statistic, statistic];
  },
  lower({ inputs, outputs: [loss, predictionLse, statistic], attrs, scratch }) {
    const divergence = scratch(predictionLse!);
    return [
      dispatch(simccKlKernel, problemOf(inputs[0]!, attrs), inputs, [divergence, predictionLse!, statistic!]),
      ...sumAllDispatches(divergence, loss!, 1, scratch),
    ];
  },
  vjp({ inputs: [prediction, target, weight], outputs: [, predictionLse, statistic], attrs }, [dy], [needPrediction]) {
    if (!needPrediction) return [];
    return [record(simccKlGradOp, [prediction!, target!, weight!, predictionLse!, statistic!, dy!], attrs)[0]!];
  },
};

/** Gradient of {@link simccKl}'s prediction: prediction, target, weight, the statistics [n,k] of both, dy [] → [n,k,bins]. */
export const simccKlGradOp: Op<SimccKlAttrs> = {
  name: "simccKlGrad",
  infer: ([prediction]) => [{ shape: prediction!.shape, dtype: prediction!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [dispatch(simccKlGradKernel, problemOf(inputs[0]!, attrs), inputs, outputs)],
  vjp: "not differentiable",
};

/** weight / Σ weight; 0 where all are 0. */
function shareOfSum(weight: Tensor): Tensor {
  return div(weight, maximum(sumAll(weight), fill(weight.graph, [], 1e-20)));
}

function problemOf(prediction: Aval, { beta, labelSoftmax, labelBeta, normalization }: SimccKlAttrs): SimccKlProblem {
  const { rows, bins } = vectorsOf("simccKl", prediction);
  const [n = 0, k = 0] = rows;
  const scale = 1 / { batchAndJoints: n * k, visible: 1, jointsAndBins: k * bins }[normalization];
  return { rows: n * k, bins, beta, labelSoftmax, labelBeta, scale };
}

function vectorsOf(op: string, x: Aval): { readonly rows: readonly number[]; readonly bins: number } {
  const [n = 0, k = 0, bins = 0] = x.shape;
  if (x.shape.length !== 3) throw new ShapeError(op, "SimCC vectors must be [n,k,bins]", x);
  return { rows: [n, k], bins };
}
