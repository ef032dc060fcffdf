import { type Aval, ShapeError, sizeOf } from "@kindling/gpu";
import { sgdKernel, sgdMomentumKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** Constants of SGD. */
export interface SgdAttrs {
  /** Adds weightDecay · parameters to the gradient. */
  readonly weightDecay: number;
  /** Multiplies the learning rate of these parameters. */
  readonly learningRateFactor: number;
  /** The gradients are those of a scaled loss and stepScalars, two of its own, come from {@link scaledStep}; default false. */
  readonly lossScaled?: boolean;
}

/** Constants of SGD with momentum. */
export interface SgdMomentumAttrs extends SgdAttrs {
  readonly momentum: number;
  /** The step is the gradient + momentum · buffer, not the buffer. */
  readonly nesterov: boolean;
}

/**
 * Appends one step of SGD without momentum (as torch.optim.SGD) on a flat segment: overwrites the variable parameters, reads gradients of
 * its shape and stepScalars [at least 1] = [learning rate, …].
 * @throws ShapeError when the operands differ in shape or stepScalars is empty, Error when parameters is no variable.
 */
export function sgdUpdate(parameters: Tensor, gradients: Tensor, stepScalars: Tensor, attrs: SgdAttrs): void {
  record(sgdUpdateOp, [parameters, gradients, stepScalars], attrs);
}

/**
 * Appends one step of SGD with momentum, Nesterov's too (as torch.optim.SGD), on a flat segment: overwrites the variables parameters and
 * momentumBuffer, reads gradients, all of one shape, and stepScalars [at least 2] = [learning rate, share, …], where share is that of the
 * gradient in the buffer: 1 in the first step, when the buffer is zeros and PyTorch copies the gradient, then 1 − dampening.
 * @throws ShapeError when the operands differ in shape or stepScalars has fewer than two elements, Error when an overwritten one is no variable.
 */
export function sgdMomentumUpdate(
  parameters: Tensor,
  gradients: Tensor,
  momentumBuffer: Tensor,
  stepScalars: Tensor,
  attrs: SgdMomentumAttrs,
): void {
  record(sgdMomentumUpdateOp, [parameters, gradients, momentumBuffer, stepScalars], attrs);
}

/** The rule object of {@link sgdUpdate}. */
export const sgdUpdateOp: Op<SgdAttrs> = {
  name: "sgdUpdate",
  mutates: [0],
  infer([parameters, gradients, stepScalars], { lossScaled = false }) {
    inferSameShape("sgdUpdate", [parameters!, gradients!]);
    checkScalars("sgdUpdate", stepScalars!, lossScaled ? 4 : 1, "the learning rate");
    return [];
  },
  lower: ({ inputs: [parameters, gradients, stepScalars], attrs }) => [
    dispatch(sgdKernel, { size: sizeOf(parameters!.shape), ...attrs }, [gradients!, stepScalars!], [parameters!]),
  ],
  vjp: "not differentiable",
};

/** The rule object of {@link sgdMomentumUpdate}. */
export const sgdMomentumUpdateOp: Op<SgdMomentumAttrs> = {
  name: "sgdMomentumUpdate",
  mutates: [0, 2],
  infer([parameters, gradients, momentumBuffer, stepScalars], { lossScaled = false }) {
    inferSameShape("sgdMomentumUpdate", [parameters!, gradients!, momentumBuffer!]);
    checkScalars("sgdMomentumUpdate", stepScalars!, lossScaled ? 4 : 2, "the learning rate and the gradient's share of the buffer");
    return [];
  },
  lower: ({ inputs: [parameters, gradients, momentumBuffer, stepScalars], attrs }) => [
    dispatch(sgdMomentumKernel, { size: sizeOf(parameters!.shape), ...attrs }, [gradients!, stepScalars!], [parameters!, momentumBuffer!]),
  ],
  vjp: "not differentiable",
};

function checkScalars(op: string, stepScalars: Aval, least: number, contents: string): void {
  if (sizeOf(stepScalars.shape) < least) throw new ShapeError(op, `stepScalars must hold ${contents}`, stepScalars);
}
