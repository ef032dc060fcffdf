import { divergence } from "../wgsl/divergence.wgsl.ts";
import { exponential } from "../wgsl/exponential.wgsl.ts";
import { logarithm } from "../wgsl/logarithm.wgsl.ts";
import { largestFloat, wgsl } from "../wgsl.ts";

/**
 * What one bin adds to a row's divergence and to its gradient. Declares binAt(x, t, lse, statistic) of the prediction's and the target's element,
 * the prediction's log-sum-exp, and the target's log-sum-exp or, as it is no softmax, its sum. The `difference` of a target that is no softmax is
 * q · Σp − p, and its terms are summed as PyTorch's kl_div: p ln p − p ln q with 0 ln 0 = 0.
 */
export function bin(labelSoftmax: boolean): string {
  return wgsl`
${exponential()}
${logarithm()}
${divergence}
fn binAt(x: f32, t: f32, lse: f32, statistic: f32) -> Divergence {
  let logQ = u.beta * x - lse;
  #if ${labelSoftmax}
  let logP = u.labelBeta * t - statistic;
  // Equal betas subtract the logits before they are multiplied; infinity times 0 betas more is NaN.
  let ratio = u.beta * (t - x) + u.extraBeta * t - (statistic - lse);
  return divergenceOf(logP, logQ, select(ratio, logP - logQ, abs(t) > ${largestFloat}));
  #else
  let surprise = select(t * logarithm(t), 0.0, t == 0.0) - t * logQ;
  return Divergence(t, surprise, exponential(logQ) * statistic - t, surprise);
  #endif
}
`;
}
