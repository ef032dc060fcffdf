import { wgsl } from "../wgsl.ts";

/** Part of the problem of an update: whether stepScalars ends in the two numbers that the kernel scaledStep adds. */
export type LossScaledProblem = {
  /** Default false: gradients are as they are and every step counts. */
  readonly lossScaled?: boolean;
};

/**
 * WGSL of an update that declares `incoming`, the gradient at `index`. Of scaled gradients it takes the scale away, and ends the thread before
 * it wrote anything where one of the step's gradients overflowed; the rule's own scalars are the first `scalars`.
 */
export function unscaledGradient({ lossScaled = false }: LossScaledProblem, scalars: number): string {
  return wgsl`
  #if ${lossScaled}
  if (stepScalars[${scalars + 1}] == 0.0) { return; }
  let incoming = gradients[index] * stepScalars[${scalars}];
  #else
  let incoming = gradients[index];
  #endif`;
}
