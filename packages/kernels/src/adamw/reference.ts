import type { Reference } from "../reference.ts";
import type { AdamwProblem } from "./adamw.ts";

/** What a step of AdamW leaves. */
export interface AdamwReference {
  readonly parameters: Reference;
  readonly expAvg: Reference;
  readonly expAvgSq: Reference;
}

/** One step of AdamW with decoupled weight decay (Loshchilov, Hutter 2019, algorithm 2), in float64; scalars as for the kernel. */
export function adamwReference(
  p: AdamwProblem,
  gradients: Float64Array,
  scalars: Float64Array,
  before: { readonly parameters: Float64Array; readonly expAvg: Float64Array; readonly expAvgSq: Float64Array },
): AdamwReference {
  const learningRate = scalars[0]! * p.learningRateFactor;
  const expAvg = gradients.map((g, i) => p.beta1 * before.expAvg[i]! + (1 - p.beta1) * g);
  const expAvgSq = gradients.map((g, i) => p.beta2 * before.expAvgSq[i]! + (1 - p.beta2) * g ** 2);
  const steps = gradients.map((_, i) => {
    const unbiased = expAvg[i]! / scalars[1]!;
    return (learningRate * unbiased) / (Math.sqrt(expAvgSq[i]! / scalars[2]!) + p.epsilon);
  });
  const decay = 1 - learningRate * p.weightDecay;
  const averageTerms = gradients.map((g, i) => Math.abs(p.beta1 * before.expAvg[i]!) + Math.abs((1 - p.beta1) * g));
  return {
    parameters: {
      value: before.parameters.map((parameter, i) => parameter * decay - steps[i]!),
      // A step is wrong by what its average lost to cancellation.
      magnitude: before.parameters.map(
        (parameter, i) => Math.abs(parameter) + Math.abs(steps[i]!) * (4 + averageTerms[i]! / Math.max(Math.abs(expAvg[i]!), 1e-30)),
      ),
      terms: 4,
    },
    expAvg: { value: expAvg, magnitude: averageTerms, terms: 2 },
    expAvgSq: { value: expAvgSq, magnitude: expAvgSq, terms: 3 },
  };
}
