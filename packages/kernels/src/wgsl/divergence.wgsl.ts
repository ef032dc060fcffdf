/**
 * WGSL `divergenceOf(logP, logQ, ratio)`: what one element adds to KL(p ‖ q) of two softmaxes, and to its gradients, by its logarithms in both and
 * ratio = ln(p / q), which the caller computes from differences of logits, lest it be that of two rounded logarithms. Calls `exponential`.
 *
 * The divergence is summed as Σ p (exp(−r) − 1 + r), r = ln(p / q), which equals Σ p·r because both sum to one: every term is positive and an error
 * of a log-sum-exp cancels to first order, so that a student close to its teacher keeps its digits. Heatmaps at temperature 4 are almost uniform,
 * and their divergence is 10⁻⁵ of the log-sum-exps that a plain Σ p·r would subtract.
 */
export const divergence = `struct Divergence {
  // p.
  probability: f32,
  // p · (exp(−ratio) − 1 + ratio).
  term: f32,
  // q − p.
  difference: f32,
  // p · ratio, which is 0 where p is.
  surprise: f32,
}

fn divergenceOf(logP: f32, logQ: f32, ratio: f32) -> Divergence {
  let p = exponential(logP);
  // A logit of −∞ makes the ratio infinite, but not the product.
  let surprise = select(p * ratio, 0.0, p == 0.0);
  // Where q is far above p nothing cancels, and p may be 0 where q is not.
  if (ratio < -2.0) {
    let q = exponential(logQ);
    return Divergence(p, q - p + surprise, q - p, surprise);
  }
  // The series where the terms would cancel; exact to 2^-24 there.
  let series = ratio * ratio * (1.0 / 2.0 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio * (1.0 / 120.0
    - ratio * (1.0 / 720.0 - ratio * (1.0 / 5040.0 - ratio / 40320.0))))));
  let near = abs(ratio) < 0.5;
  let relative = exponential(-ratio) - 1.0;
  return Divergence(p, p * select(relative + ratio, series, near), p * select(relative, series - ratio, near), surprise);
}
`;
