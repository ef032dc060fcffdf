import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel, type Variant } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type LossScaledProblem, unscaledGradient } from "../scaledStep/unscaledGradient.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** Constants of a step without momentum; the learning rate changes every step and comes from a buffer. */
export type SgdProblem = LossScaledProblem & {
  readonly size: number;
  /** As an L2 penalty: part of the gradient. */
  readonly weightDecay: number;
  /** Multiplies the learning rate. */
  readonly learningRateFactor: number;
};

/** The same with momentum. */
export type SgdMomentumProblem = SgdProblem & {
  readonly momentum: number;
  /** Looks ahead: the step is the gradient + momentum · buffer, not the buffer. */
  readonly nesterov: boolean;
};

const uniforms = { size: "u32", weightDecay: "f32", learningRateFactor: "f32" } as const;
const momentumUniforms: typeof uniforms & { readonly momentum: "f32" } = { ...uniforms, momentum: "f32" };

/**
 * parameters −= learning rate · (gradients + weightDecay · parameters): gradients, stepScalars = [learning rate, …] → parameters [size]. With a
 * scaled loss stepScalars holds a second number, unused, before the two of the kernel scaledStep, as with momentum.
 */
export const sgdKernel: Kernel<SgdProblem, typeof uniforms> = defineKernel({
  name: "sgd",
  reads: ["gradients", "stepScalars"],
  writes: ["parameters"],
  uniforms,
  uniformValues: (problem: SgdProblem) => problem,
  variants: variants(["gradients", "parameters"], () => "let update = gradient;"),
  cost: ({ size }) => ({ flops: 4 * size, bytes: 12 * size }),
});

/**
 * One step with momentum, in the order of PyTorch's _single_tensor_sgd: gradients, stepScalars = [learning rate, share, …] → parameters,
 * momentumBuffer, both [size] and overwritten. The share of the gradient in the buffer is 1 − dampening, but 1 in the first step, where
 * PyTorch copies the gradient: the buffer starts as zeros.
 */
export const sgdMomentumKernel: Kernel<SgdMomentumProblem, typeof momentumUniforms> = defineKernel({
  name: "sgdMomentum",
  reads: ["gradients", "stepScalars"],
  writes: ["parameters", "momentumBuffer"],
  uniforms: momentumUniforms,
  uniformValues: (problem: SgdMomentumProblem) => problem,
  variants: variants(
    ["gradients", "parameters", "momentumBuffer"],
    ({ nesterov }) => wgsl`let buffer = u.momentum * momentumBuffer[index] + stepScalars[1] * gradient;
  momentumBuffer[index] = buffer;
  #if ${nesterov}
  let update = gradient + u.momentum * buffer;
  #else
  let update = buffer;
  #endif`,
  ),
  cost: ({ size }) => ({ flops: 8 * size, bytes: 20 * size }),
});

/** `step` declares the `update` of an element, or four, from its `gradient`. */
function variants<P extends SgdProblem>(vectors: readonly string[], step: (problem: P) => string): readonly [Variant<P>, ...Variant<P>[]] {
  const source = (lanes: Lanes, problem: P): string => wgsl`
${elementThread(lanes)}
  ${unscaledGradient(problem, 2)}
  // Not 0 · parameter, which is NaN where a parameter is infinite.
  let gradient = select(incoming + u.weightDecay * parameters[index], incoming, u.weightDecay == 0.0);
  ${step(problem)}
  parameters[index] -= stepScalars[0] * u.learningRateFactor * update;
}`;
  return elementVariants(vectors, source);
}
