import type { Aval } from "@kindling/gpu";
import {
  batchNormEvaluationInputGradKernel,
  batchNormTrainingInputGradKernel,
  batchNormWeightGradKernel,
  sumRowsSplits,
  sumSplitsKernel,
} from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";

/** The only attribute that gradients of batch norm need: what was added to the variance. */
export interface BatchNormGradAttrs {
  readonly epsilon: number;
}

/** Gradients of batch norm's weight and bias: dy, x [n,h,w,c], mean, variance [c] → [c], [c]. */
export function batchNormWeightGrad(
  dy: Tensor,
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
): readonly [dweight: Tensor, dbias: Tensor] {
  const [dweight, dbias] = record(batchNormWeightGradOp, [dy, x, mean, variance], { epsilon });
  return [dweight!, dbias!];
}

/** Gradient of x where mean and variance are x's own; dweight and dbias are those of {@link batchNormWeightGrad}. */
export function batchNormTrainingInputGrad(
  dy: Tensor,
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  weight: Tensor,
  dweight: Tensor,
  dbias: Tensor,
  epsilon: number,
): Tensor {
  return record(batchNormTrainingInputGradOp, [dy, x, mean, variance, weight, dweight, dbias], { epsilon })[0]!;
}

/** Gradient of x with fixed statistics: dy [n,h,w,c], variance, weight [c] → [n,h,w,c]. */
export function batchNormEvaluationInputGrad(dy: Tensor, variance: Tensor, weight: Tensor, epsilon: number): Tensor {
  return record(batchNormEvaluationInputGradOp, [dy, variance, weight], { epsilon })[0]!;
}

/** The rule object of {@link batchNormWeightGrad}. */
export const batchNormWeightGradOp: Op<BatchNormGradAttrs> = {
  name: "batchNormWeightGrad",
  infer([, , mean]) {
    const gradient: Aval = { shape: mean!.shape, dtype: "f32" };
    return [gradient, gradient];
  },
  lower({ inputs, outputs: [dweight, dbias], attrs: { epsilon }, scratch }) {
    const problem = rowsAndChannels(inputs[0]!);
    const splits = sumRowsSplits(problem.rows, problem.channels);
    const partial = (): Aval => scratch({ shape: [splits, problem.channels], dtype: "f32" });
    const [partialWeight, partialBias] = [partial(), partial()];
    const sum = { splits, size: problem.channels };
    return [
      dispatch(batchNormWeightGradKernel, { ...problem, epsilon, splits }, inputs, [partialWeight, partialBias]),
      dispatch(sumSplitsKernel, sum, [partialWeight], [dweight!]),
      dispatch(sumSplitsKernel, sum, [partialBias], [dbias!]),
    ];
  },
  vjp: "not differentiable",
};

/** The rule object of {@link batchNormTrainingInputGrad}. */
export const batchNormTrainingInputGradOp: Op<BatchNormGradAttrs> = {
  name: "batchNormTrainingInputGrad",
  infer: ([dy]) => [{ shape: dy!.shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs: { epsilon } }) => [
    dispatch(batchNormTrainingInputGradKernel, { ...rowsAndChannels(inputs[0]!), epsilon }, inputs, outputs),
  ],
  vjp: "not differentiable",
};

/** The rule object of {@link batchNormEvaluationInputGrad}. */
export const batchNormEvaluationInputGradOp: Op<BatchNormGradAttrs> = {
  name: "batchNormEvaluationInputGrad",
  infer: ([dy]) => [{ shape: dy!.shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs, attrs: { epsilon } }) => [
    dispatch(batchNormEvaluationInputGradKernel, { ...rowsAndChannels(inputs[0]!), epsilon }, inputs, outputs),
  ],
  vjp: "not differentiable",
};
