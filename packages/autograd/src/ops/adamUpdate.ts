import { ShapeError, sizeOf } from "@kindling/gpu";
import { adamKernel, adamwKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** Constants of Adam and AdamW. */
export interface AdamAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Adam adds weightDecay · parameters to the gradient; with AdamW parameters shrink by learning rate · weightDecay apart from it. */
  readonly weightDecay: number;
  /** Multiplies the learning rate of these parameters. */
  readonly learningRateFactor: number;
  /** The gradients are those of a scaled loss and stepScalars come from {@link scaledStep}; default false. */
  readonly lossScaled?: boolean;
}

/**
 * Appends one step of Adam (Kingma, Ba 2015; as torch.optim.Adam) on a flat segment: overwrites the variables parameters, expAvg and
 * expAvgSq, reads gradients, all of one shape, and stepScalars [at least 3] = [learning rate, 1 − β1^t, 1 − β2^t, …] of step t = 1, 2, …
 * The moments start as zeros.
 * @throws ShapeError when the operands differ in shape or stepScalars has fewer than three elements (five of a scaled loss), Error when an overwritten one is no variable.
 */
export function adamUpdate(
  parameters: Tensor,
  gradients: Tensor,
  expAvg: Tensor,
  expAvgSq: Tensor,
  stepScalars: Tensor,
  attrs: AdamAttrs,
): void {
  record(adamUpdateOp, [parameters, gradients, expAvg, expAvgSq, stepScalars], attrs);
}

/**
 * Appends one step of AdamW (Loshchilov, Hutter 2019; as torch.optim.AdamW); operands as for {@link adamUpdate}.
 * @throws ShapeError when the operands differ in shape or stepScalars has fewer than three elements (five of a scaled loss), Error when an overwritten one is no variable.
 */
export function adamwUpdate(
  parameters: Tensor,
  gradients: Tensor,
  expAvg: Tensor,
  expAvgSq: Tensor,
  stepScalars: Tensor,
  attrs: AdamAttrs,
): void {
  record(adamwUpdateOp, [parameters, gradients, expAvg, expAvgSq, stepScalars], attrs);
}

/** The rule object of {@link adamUpdate}. */
export const adamUpdateOp: Op<AdamAttrs> = updateOp("adamUpdate", adamKernel);

/** The rule object of {@link adamwUpdate}. */
export const adamwUpdateOp: Op<AdamAttrs> = updateOp("adamwUpdate", adamwKernel);

function updateOp(name: string, kernel: typeof adamKernel): Op<AdamAttrs> {
  return {
    name,
    mutates: [0, 2, 3],
    infer([parameters, gradients, expAvg, expAvgSq, stepScalars], { lossScaled = false }) {
      inferSameShape(name, [parameters!, gradients!, expAvg!, expAvgSq!]);
      if (sizeOf(stepScalars!.shape) < (lossScaled ? 5 : 3)) {
        throw new ShapeError(name, "stepScalars must hold the learning rate and both bias corrections", stepScalars!);
      }
      return [];
    },
    lower: ({ inputs: [parameters, gradients, expAvg, expAvgSq, stepScalars], attrs }) => [
      dispatch(kernel, { size: sizeOf(parameters!.shape), ...attrs }, [gradients!, stepScalars!], [parameters!, expAvg!, expAvgSq!]),
    ],
    vjp: "not differentiable",
  };
}
