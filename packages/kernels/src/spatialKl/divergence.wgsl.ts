import { wgsl } from "../wgsl.ts";

/**
 * How a pixel's probabilities differ, both maps being given by logits and log-sum-exp. Declares Pixel and pixelAt.
 *
 * The divergence is summed as Σ p (exp(−u) − 1 + u) with u = ln(p / q), p the teacher's and q the student's: equal to Σ p·u because both
 * sum to one, but every term is positive and an error of a log-sum-exp cancels to first order. Heatmaps at temperature 4 are almost
 * uniform, so that their divergence is 10⁻⁵ of the log-sum-exps that a plain Σ p·u would subtract.
 */
export const divergence: string = wgsl`
struct Pixel {
  // p, the teacher's.
  probability: f32,
  // exp(−u) − 1 + u, times p.
  divergence: f32,
  // q − p.
  difference: f32,
  // p·u, which is 0 where p is.
  surprise: f32,
}

fn pixelAt(at: u32, map: u32) -> Pixel {
  let s = f32(student[at]);
  let t = f32(teacher[at]);
  let p = exp(u.scale * t - teacherLse[map]);
  let ratio = u.scale * (t - s) - (teacherLse[map] - studentLse[map]);
  // A teacher of −∞ makes the ratio infinite, but not the product.
  let surprise = select(p * ratio, 0.0, p == 0.0);
  // Where the student is far above the teacher nothing cancels, and p may be 0 where q is not.
  if (ratio < -2.0) {
    let q = exp(u.scale * s - studentLse[map]);
    return Pixel(p, q - p + surprise, q - p, surprise);
  }
  // The series where the terms would cancel; eight of them are exact to 2^-24 there.
  let near = abs(ratio) < 0.5;
  let series = ratio * ratio * (1.0 / 2.0 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio * (1.0 / 120.0
    - ratio * (1.0 / 720.0 - ratio * (1.0 / 5040.0 - ratio / 40320.0))))));
  let relative = exp(-ratio) - 1.0;
  return Pixel(p, p * select(relative + ratio, series, near), p * select(relative, series - ratio, near), surprise);
}
`;
