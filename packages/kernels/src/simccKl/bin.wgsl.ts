import { wgsl } from "../wgsl.ts";

/**
 * What one bin adds to a row's divergence and to its gradient. Declares Bin, and binAt(x, t, lse, statistic) of the prediction's and the
 * target's element, the prediction's log-sum-exp, and the target's log-sum-exp or, as it is no softmax, its sum.
 *
 * A divergence of two softmaxes is summed as Σ p (exp(−r) − 1 + r), r = ln(p / q), which equals Σ p·r because both sum to one: every term is
 * positive and an error of a log-sum-exp cancels to first order, so that a student close to its teacher keeps its digits. A target that is
 * no softmax is summed as PyTorch's kl_div: p ln p − p ln q with 0 ln 0 = 0.
 */
export function bin(labelSoftmax: boolean): string {
  return wgsl`
struct Bin {
  divergence: f32,
  // q · Σp − p.
  difference: f32,
}

fn binAt(x: f32, t: f32, lse: f32, statistic: f32) -> Bin {
  let logQ = u.beta * x - lse;
  let q = exp(logQ);
  #if ${labelSoftmax}
  let p = exp(u.labelBeta * t - statistic);
  // Equal betas subtract the logits before they are multiplied.
  let ratio = u.beta * (t - x) + u.extraBeta * t - (statistic - lse);
  // Where the prediction is far above the target nothing cancels, and p may be 0 where q is not.
  if (ratio < -2.0) { return Bin(q + p * (ratio - 1.0), q - p); }
  // The series where the terms would cancel; exact to 2^-24 there.
  let series = ratio * ratio * (1.0 / 2.0 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio * (1.0 / 120.0
    - ratio * (1.0 / 720.0 - ratio * (1.0 / 5040.0 - ratio / 40320.0))))));
  let near = abs(ratio) < 0.5;
  let relative = exp(-ratio) - 1.0;
  return Bin(p * select(relative + ratio, series, near), p * select(relative, series - ratio, near));
  #else
  return Bin(select(t * log(t), 0.0, t == 0.0) - t * logQ, q * statistic - t);
  #endif
}
`;
}
