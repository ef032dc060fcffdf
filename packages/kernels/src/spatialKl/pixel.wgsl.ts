import { divergence } from "../wgsl/divergence.wgsl.ts";
import { exponential } from "../wgsl/exponential.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** Declares pixelAt(at, map), the Divergence of a pixel of the teacher's map (p) from the student's (q), both given by logits and log-sum-exp. */
export const pixel: string = wgsl`
${exponential()}
${divergence}
fn pixelAt(at: u32, map: u32) -> Divergence {
  let s = f32(student[at]);
  let t = f32(teacher[at]);
  let ratio = u.scale * (t - s) - (teacherLse[map] - studentLse[map]);
  return divergenceOf(u.scale * t - teacherLse[map], u.scale * s - studentLse[map], ratio);
}
`;
