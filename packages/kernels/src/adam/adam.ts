import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { type LossScaledProblem, unscaledGradient } from "../scaledStep/unscaledGradient.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** Constants of Adam and AdamW; the learning rate and the bias corrections change every step and come from a buffer. */
export type AdamProblem = LossScaledProblem & {
  readonly size: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Multiplies the learning rate. */
  readonly learningRateFactor: number;
};

const uniforms = {
  size: "u32",
  beta1: "f32",
  beta2: "f32",
  // Apart from β, because 1 − β in f32 would keep only a few digits of it.
  oneMinusBeta1: "f32",
  oneMinusBeta2: "f32",
  epsilon: "f32",
  weightDecay: "f32",
  learningRateFactor: "f32",
} as const;

/**
 * One step of Adam (Kingma, Ba 2015) with weight decay as an L2 penalty, in the order of PyTorch's _single_tensor_adam: gradients,
 * stepScalars = [learning rate, 1 − β1^t, 1 − β2^t, …] → parameters, expAvg, expAvgSq, all [size] and overwritten. The gradients of a scaled
 * loss are unscaled by what the kernel scaledStep appends to stepScalars, and those of a step that overflowed leave everything as it was.
 */
export const adamKernel: Kernel<AdamProblem, typeof uniforms> = adam("adam", "l2");

/** One step of AdamW (Loshchilov, Hutter 2019), in the order of PyTorch's _single_tensor_adamw; operands as for {@link adamKernel}. */
export const adamwKernel: Kernel<AdamProblem, typeof uniforms> = adam("adamw", "decoupled");

function adam(name: string, decay: "l2" | "decoupled"): Kernel<AdamProblem, typeof uniforms> {
  return defineKernel({
    name,
    reads: ["gradients", "stepScalars"],
    writes: ["parameters", "expAvg", "expAvgSq"],
    uniforms,
    uniformValues: (p: AdamProblem) => ({ ...p, oneMinusBeta1: 1 - p.beta1, oneMinusBeta2: 1 - p.beta2 }),
    variants: elementVariants(["gradients", "parameters", "expAvg", "expAvgSq"], (lanes, problem) => source(lanes, decay, problem)),
    cost: ({ size }) => ({ flops: 14 * size, bytes: 28 * size }),
  });
}

/** The same text for one element and for four. Decoupled, the parameter shrinks; as L2, the decay is part of the gradient. */
function source(lanes: Lanes, decay: "l2" | "decoupled", problem: AdamProblem): string {
  return wgsl`
${elementThread(lanes)}
  ${unscaledGradient(problem, 3)}
  let learningRate = stepScalars[0] * u.learningRateFactor;
  #if ${decay === "decoupled"}
  let gradient = incoming;
  let decayed = parameters[index] * (1.0 - learningRate * u.weightDecay);
  #else
  // Not 0 · parameter, which is NaN where a parameter is infinite.
  let gradient = select(incoming + u.weightDecay * parameters[index], incoming, u.weightDecay == 0.0);
  let decayed = parameters[index];
  #endif
  let average = u.beta1 * expAvg[index] + u.oneMinusBeta1 * gradient;
  let averageSquare = u.beta2 * expAvgSq[index] + u.oneMinusBeta2 * gradient * gradient;
  let denominator = sqrt(averageSquare) / sqrt(stepScalars[2]) + u.epsilon;
  parameters[index] = decayed - learningRate / stepScalars[1] * (average / denominator);
  expAvg[index] = average;
  expAvgSq[index] = averageSquare;
}`;
}
