import { ShapeError, sizeOf } from "@kindling/gpu";
import { adamwKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** Constants of AdamW. */
export interface AdamwAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: parameters shrink by learning rate · weightDecay, apart from the gradient. */
  readonly weightDecay: number;
  /** Multiplies the learning rate of these parameters. */
  readonly learningRateFactor: number;
}

/**
 * Appends one step of AdamW (Loshchilov, Hutter 2019; as PyTorch's) on a flat segment: overwrites the variables parameters, expAvg and
 * expAvgSq, reads gradients, all of one shape, and stepScalars [at least 3] = [learning rate, 1 − β1^t, 1 − β2^t, …] of step t = 1, 2, …
 * @throws ShapeError when the operands differ in shape or stepScalars has fewer than three elements, Error when an overwritten one is no variable.
 */
export function adamwUpdate(
  parameters: Tensor,
  gradients: Tensor,
  expAvg: Tensor,
  expAvgSq: Tensor,
  stepScalars: Tensor,
  attrs: AdamwAttrs,
): void {
  record(adamwUpdateOp, [parameters, gradients, expAvg, expAvgSq, stepScalars], attrs);
}

/** The rule object of {@link adamwUpdate}. */
export const adamwUpdateOp: Op<AdamwAttrs> = {
  name: "adamwUpdate",
  mutates: [0, 2, 3],
  infer([parameters, gradients, expAvg, expAvgSq, stepScalars]) {
    inferSameShape("adamwUpdate", [parameters!, gradients!, expAvg!, expAvgSq!]);
    if (sizeOf(stepScalars!.shape) < 3) {
      throw new ShapeError("adamwUpdate", "stepScalars must hold the learning rate and both bias corrections", stepScalars!);
    }
    return [];
  },
  lower: ({ inputs: [parameters, gradients, expAvg, expAvgSq, stepScalars], attrs }) => [
    dispatch(adamwKernel, { size: sizeOf(parameters!.shape), ...attrs }, [gradients!, stepScalars!], [parameters!, expAvg!, expAvgSq!]),
  ],
  vjp: "not differentiable",
};
