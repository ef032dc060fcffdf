/**
 * WGSL `logSumExp(largest, sum)`: ln Σ eˣ, of the largest x or the least finite number, and of Σ exp(x − largest). NaN where an x is NaN or +∞,
 * or all are −∞.
 */
export const logSumExp = `fn logSumExp(largest: f32, sum: f32) -> f32 {
  // 0 / 0, where every x is −∞, is NaN as well; log() of either need not be.
  return select(sum / sum, largest + log(sum), sum > 0.0);
}
`;
