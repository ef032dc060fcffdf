import type { Reference } from "../reference.ts";
import type { BatchNormForwardProblem } from "./batchNorm.ts";
import type { BatchNormProblem } from "./batchNormProblem.ts";

/** Mean and biased variance of each channel of x [rows, channels], in float64. */
export function batchStatisticsReference(rows: number, channels: number, x: Float64Array): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (const [i, value] of x.entries()) mean[i % channels]! += value;
  // Divided at the end, so that a channel of one value has just that mean.
  for (let channel = 0; channel < channels; channel++) mean[channel]! /= rows;
  for (const [i, value] of x.entries()) variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows;
  return { mean, variance };
}

/** (x − mean) / √(variance + epsilon) · weight + bias, then the activation. */
export function batchNormReference(
  p: BatchNormForwardProblem,
  x: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): Reference {
  const value = new Float64Array(x.length);
  const magnitude = new Float64Array(x.length);
  for (const [i, input] of x.entries()) {
    const c = i % p.channels;
    const scale = weight[c]! / Math.sqrt(variance[c]! + p.epsilon);
    const sum = (input - mean[c]!) * scale + bias[c]!;
    value[i] = p.activation === "relu" ? Math.max(sum, 0) : sum;
    magnitude[i] = (Math.abs(input) + Math.abs(mean[c]!)) * Math.abs(scale) + Math.abs(bias[c]!);
  }
  return { value, magnitude, terms: 3 };
}

/** Σ dy · x̂ and Σ dy over the rows of each channel. */
export function batchNormWeightGradReference(
  p: BatchNormProblem,
  dy: Float64Array,
  x: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
): { dweight: Reference; dbias: Reference } {
  const empty = (): Reference => ({ value: new Float64Array(p.channels), magnitude: new Float64Array(p.channels), terms: p.rows + 3 });
  const [dweight, dbias] = [empty(), empty()];
  for (const [i, gradient] of dy.entries()) {
    const c = i % p.channels;
    const rstd = 1 / Math.sqrt(variance[c]! + p.epsilon);
    dweight.value[c]! += gradient * (x[i]! - mean[c]!) * rstd;
    dweight.magnitude[c]! += Math.abs(gradient) * (Math.abs(x[i]!) + Math.abs(mean[c]!)) * rstd;
    dbias.value[c]! += gradient;
    dbias.magnitude[c]! += Math.abs(gradient);
  }
  return { dweight, dbias };
}

/** dx where mean and variance are x's own, by the chain rule: dx̂ = dy · weight, then through the variance and through the mean. */
export function batchNormTrainingInputGradReference(
  p: BatchNormProblem,
  dy: Float64Array,
  x: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  weight: Float64Array,
): Reference {
  const dmean = new Float64Array(p.channels);
  const dvariance = new Float64Array(p.channels);
  const rstd = variance.map((value) => 1 / Math.sqrt(value + p.epsilon));
  for (const [i, gradient] of dy.entries()) {
    const c = i % p.channels;
    dvariance[c]! += gradient * weight[c]! * (x[i]! - mean[c]!) * -0.5 * rstd[c]! ** 3;
    dmean[c]! -= gradient * weight[c]! * rstd[c]!;
  }
  const value = new Float64Array(x.length);
  const magnitude = new Float64Array(x.length);
  for (const [i, gradient] of dy.entries()) {
    const c = i % p.channels;
    const terms = [gradient * weight[c]! * rstd[c]!, (dvariance[c]! * 2 * (x[i]! - mean[c]!)) / p.rows, dmean[c]! / p.rows];
    value[i] = terms[0]! + terms[1]! + terms[2]!;
    const cancelled = (Math.abs(dvariance[c]!) * 2 * (Math.abs(x[i]!) + Math.abs(mean[c]!))) / p.rows;
    magnitude[i] = Math.abs(terms[0]!) + cancelled + Math.abs(terms[2]!);
  }
  return { value, magnitude, terms: 8 };
}

/** dx with fixed statistics: dy · weight · rstd. */
export function batchNormEvaluationInputGradReference(
  p: BatchNormProblem,
  dy: Float64Array,
  variance: Float64Array,
  weight: Float64Array,
): Reference {
  const value = dy.map((gradient, i) => (gradient * weight[i % p.channels]!) / Math.sqrt(variance[i % p.channels]! + p.epsilon));
  return { value, magnitude: value.map(Math.abs), terms: 4 };
}
