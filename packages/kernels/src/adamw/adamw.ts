import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Constants of AdamW; the learning rate and the bias corrections change every step and come from a buffer. */
export type AdamwProblem = {
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
 * One step of AdamW (Loshchilov, Hutter 2019), in the order of PyTorch's _single_tensor_adamw: gradients, stepScalars = [learning rate,
 * 1 − β1^t, 1 − β2^t, …] → parameters, expAvg, expAvgSq, all [size] and overwritten.
 */
export const adamwKernel: Kernel<AdamwProblem, typeof uniforms> = defineKernel({
  name: "adamw",
  reads: ["gradients", "stepScalars"],
  writes: ["parameters", "expAvg", "expAvgSq"],
  uniforms,
  uniformValues: (p: AdamwProblem) => ({ ...p, oneMinusBeta1: 1 - p.beta1, oneMinusBeta2: 1 - p.beta2 }),
  variants: [
    { id: "scalar", supports: () => true, source: () => source("u.size"), workgroups: ({ size }) => grid(size, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["gradients", "parameters", "expAvg", "expAvgSq"],
      source: () => source("u.size / 4u"),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 14 * size, bytes: 28 * size }),
});

/** The same text for one element and for four. */
function source(count: string): string {
  return wgsl`
${threadIndex(64)}
  if (index >= ${count}) { return; }
  let learningRate = stepScalars[0] * u.learningRateFactor;
  let gradient = gradients[index];
  let average = u.beta1 * expAvg[index] + u.oneMinusBeta1 * gradient;
  let averageSquare = u.beta2 * expAvgSq[index] + u.oneMinusBeta2 * gradient * gradient;
  let denominator = sqrt(averageSquare) / sqrt(stepScalars[2]) + u.epsilon;
  let decayed = parameters[index] * (1.0 - learningRate * u.weightDecay);
  parameters[index] = decayed - learningRate / stepScalars[1] * (average / denominator);
  expAvg[index] = average;
  expAvgSq[index] = averageSquare;
}`;
}
