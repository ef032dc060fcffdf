import type { Reference } from "../reference.ts";
import { logSumExpReference } from "../softmax/reference.ts";
import type { SimccKlProblem } from "./simccKlProblem.ts";

/** What adapters lose when they flush probabilities below 2⁻¹²⁶ to zero, as a magnitude. */
const underflow = 2 ** -100;

/** Of each row, in float64: scale · weight · Σ p (ln p − ln q), and the statistics that the gradient needs. */
export function simccKlReference(
  problem: SimccKlProblem,
  prediction: Float64Array,
  target: Float64Array,
  weight: Float64Array,
): { readonly divergence: Reference; readonly predictionLse: Reference; readonly statistic: Reference } {
  const value = new Float64Array(problem.rows);
  const magnitude = new Float64Array(problem.rows);
  for (const { row, p, logP, logQ, rounding } of bins(problem, prediction, target)) {
    // 0 ln 0 is 0; −0 · ln q is NaN where q is 0.
    const term = (p === 0 ? 0 : p * logP) - p * logQ;
    const factor = problem.scale * weight[row]!;
    value[row]! += factor * term;
    magnitude[row]! += Math.abs(factor) * (problem.labelSoftmax ? excess(p, logP, logQ, rounding) : p * (4 + rounding)) + underflow;
  }
  const axis = { outer: problem.rows, length: problem.bins, inner: 1 };
  const sum = (term: (element: number) => number) =>
    Float64Array.from({ length: problem.rows }, (_, row) =>
      target.subarray(row * problem.bins, (row + 1) * problem.bins).reduce((total, element) => total + term(element), 0),
    );
  return {
    divergence: { value, magnitude, terms: problem.bins },
    predictionLse: logSumExpReference(axis, prediction, problem.beta),
    statistic: problem.labelSoftmax
      ? logSumExpReference(axis, target, problem.labelBeta)
      : { value: sum((element) => element), magnitude: sum(Math.abs), terms: problem.bins },
  };
}

/** dy · scale · weight · beta · (q · Σp − p) for each bin, in float64. */
export function simccKlGradReference(
  problem: SimccKlProblem,
  prediction: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  dy: number,
): Reference {
  const value = new Float64Array(prediction.length);
  const magnitude = new Float64Array(prediction.length);
  for (const { row, at, p, logP, logQ, mass, rounding } of bins(problem, prediction, target)) {
    const factor = dy * problem.scale * weight[row]! * problem.beta;
    const q = Math.exp(logQ);
    value[at] = factor * (q * mass - p);
    const rounded = problem.labelSoftmax ? Math.abs(q - p) * (4 - logP + rounding) + q * rounding : (q * mass + p) * (4 + rounding);
    magnitude[at] = Math.abs(factor) * (rounded + underflow);
  }
  return { value, magnitude, terms: 1 };
}

/** Magnitude of a term of the divergence of two distributions: an error of ln(p / q) counts by the slope q − p, and where p = q by its square. */
function excess(p: number, logP: number, logQ: number, rounding: number): number {
  const q = Math.exp(logQ);
  const term = q - p + p * (logP - logQ);
  return term * (4 - logP + rounding) + Math.abs(q - p) * rounding + q * rounding ** 2 * 2 ** -24;
}

/** Target and prediction of every bin as probabilities, Σp of its row, and the magnitudes that ln(p / q) is rounded from. */
function* bins(
  { rows, bins: length, beta, labelSoftmax, labelBeta }: SimccKlProblem,
  prediction: Float64Array,
  target: Float64Array,
): Generator<{ row: number; at: number; p: number; logP: number; logQ: number; mass: number; rounding: number }> {
  const axis = { outer: rows, length, inner: 1 };
  const lse = logSumExpReference(axis, prediction, beta).value;
  const targetLse = logSumExpReference(axis, target, labelBeta).value;
  for (let row = 0; row < rows; row++) {
    const mass = labelSoftmax ? 1 : target.subarray(row * length, (row + 1) * length).reduce((sum, element) => sum + element, 0);
    for (let at = row * length; at < (row + 1) * length; at++) {
      const logQ = beta * prediction[at]! - lse[row]!;
      const logP = labelSoftmax ? labelBeta * target[at]! - targetLse[row]! : Math.log(target[at]!);
      const p = labelSoftmax ? Math.exp(logP) : target[at]!;
      const ofTarget = labelSoftmax ? (beta + labelBeta) * Math.abs(target[at]!) + Math.abs(targetLse[row]!) : p === 0 ? 0 : Math.abs(logP);
      yield { row, at, p, logP, logQ, mass, rounding: beta * Math.abs(prediction[at]!) + Math.abs(lse[row]!) + ofTarget };
    }
  }
}
