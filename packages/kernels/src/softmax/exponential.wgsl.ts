/**
 * WGSL `exponential(x)`: exp(x) below +∞, else x itself, because exp() of an adapter may make a number of NaN. Not for x whose exponential
 * overflows.
 */
export const exponential = `
fn exponential(x: f32) -> f32 {
  return select(x, exp(x), x < 3.4028234e38);
}`;
