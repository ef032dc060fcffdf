import { wgsl } from "../wgsl.ts";

/** Declares smoothL1(e), which is e² / 2 below 1 and |e| − 1/2 above, and its derivative smoothL1Slope(e); NaN passes through both. */
export const smoothL1: string = wgsl`
fn smoothL1(e: f32) -> f32 {
  return select(abs(e) - 0.5, 0.5 * e * e, abs(e) < 1.0);
}

fn smoothL1Slope(e: f32) -> f32 {
  return select(select(e, 1.0, e > 1.0), -1.0, e < -1.0);
}
`;
