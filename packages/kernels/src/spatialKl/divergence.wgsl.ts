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
  // exp(−u) − 1 + u, times p.
  divergence: f32,
  // q − p.
  difference: f32,
}

fn pixelAt(at: u32, map: u32) -> Pixel {
  let logTeacher = u.scale * teacher[at] - teacherLse[map];
  let ratio = u.scale * (teacher[at] - student[at]) - (teacherLse[map] - studentLse[map]);
  let p = exp(logTeacher);
  // The series where the terms would cancel; eight of them are exact to 2^-24 there.
  let series = ratio * ratio * (1.0 / 2.0 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio * (1.0 / 120.0
    - ratio * (1.0 / 720.0 - ratio * (1.0 / 5040.0 - ratio / 40320.0))))));
  let excess = select(exp(-ratio) - 1.0 + ratio, series, abs(ratio) < 0.5);
  // Where the student is far above the teacher nothing cancels, and p may be 0 where q is not.
  if (ratio < -2.0) {
    let q = exp(u.scale * student[at] - studentLse[map]);
    return Pixel(q + p * (ratio - 1.0), q - p);
  }
  return Pixel(p * excess, p * (excess - ratio));
}
`;
