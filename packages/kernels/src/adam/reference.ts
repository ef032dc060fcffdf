import type { Reference } from "../reference.ts";
import type { AdamProblem } from "./adam.ts";

/** What a step of Adam starts from. */
export interface AdamState {
  readonly parameters: Float64Array;
  readonly expAvg: Float64Array;
  readonly expAvgSq: Float64Array;
}

/** What a step of Adam leaves. */
export interface AdamReference {
  readonly parameters: Reference;
  readonly expAvg: Reference;
  readonly expAvgSq: Reference;
}

/**
 * One step in float64; scalars as for the kernels. Weight decay is "l2", added to the gradient (Adam: Kingma, Ba 2015, algorithm 1), or
 * "decoupled", shrinking the parameter (AdamW: Loshchilov, Hutter 2019, algorithm 2).
 */
export function adamReference(
  decay: "l2" | "decoupled",
  p: AdamProblem,
  gradients: Float64Array,
  scalars: Float64Array,
  before: AdamState,
): AdamReference {
  const learningRate = scalars[0]! * p.learningRateFactor;
  const penalty = before.parameters.map((parameter) => (decay === "l2" && p.weightDecay !== 0 ? p.weightDecay * parameter : 0));
  const g = gradients.map((gradient, i) => gradient + penalty[i]!);
  const gradientTerms = gradients.map((gradient, i) => Math.abs(gradient) + Math.abs(penalty[i]!));
  const expAvg = g.map((gradient, i) => p.beta1 * before.expAvg[i]! + (1 - p.beta1) * gradient);
  const expAvgSq = g.map((gradient, i) => p.beta2 * before.expAvgSq[i]! + (1 - p.beta2) * gradient ** 2);
  const averageTerms = gradientTerms.map((terms, i) => Math.abs(p.beta1 * before.expAvg[i]!) + (1 - p.beta1) * terms);
  const squareTerms = gradientTerms.map((terms, i) => p.beta2 * before.expAvgSq[i]! + (1 - p.beta2) * terms ** 2);
  const steps = g.map((_, i) => {
    const unbiased = expAvg[i]! / scalars[1]!;
    return (learningRate * unbiased) / (Math.sqrt(expAvgSq[i]! / scalars[2]!) + p.epsilon);
  });
  const kept = decay === "decoupled" ? 1 - learningRate * p.weightDecay : 1;
  // A step is wrong by what its average and its mean square lost to cancellation.
  const lost = (terms: number, sum: number): number => terms / Math.max(Math.abs(sum), 1e-30);
  return {
    parameters: {
      value: before.parameters.map((parameter, i) => parameter * kept - steps[i]!),
      magnitude: before.parameters.map(
        (parameter, i) =>
          Math.abs(parameter) + Math.abs(steps[i]!) * (3 + lost(averageTerms[i]!, expAvg[i]!) + lost(squareTerms[i]!, expAvgSq[i]!)),
      ),
      terms: 4,
    },
    expAvg: { value: expAvg, magnitude: averageTerms, terms: 2 },
    expAvgSq: { value: expAvgSq, magnitude: squareTerms, terms: 3 },
  };
}
