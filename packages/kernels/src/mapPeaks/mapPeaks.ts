import { defineKernel, grid, type Kernel } from "../kernel.ts";
import type { Axis } from "../reduce/axisRange.ts";
import { workgroupFold } from "../reduce/workgroupFold.wgsl.ts";
import { largestFloat, wgsl } from "../wgsl.ts";

/** x [outer, length, inner], of fewer than 2²⁴ elements a map → peak, place [outer, inner]. */
export type MapPeaksProblem = Axis;

const uniforms = { outer: "u32", length: "u32", inner: "u32" } as const;
const threads = 64;

/** The largest value of each map, and where along the axis it lies first; what is NaN is passed over, and a map of nothing else has the peak −3.4 · 10³⁸ at 0. */
export const mapPeaksKernel: Kernel<MapPeaksProblem, typeof uniforms> = defineKernel({
  name: "mapPeaks",
  reads: ["x"],
  writes: ["peak", "place"],
  f16: ["x"],
  uniforms,
  uniformValues: (problem: MapPeaksProblem) => problem,
  variants: [
    {
      id: "workgroup",
      supports: () => true,
      // A workgroup a map. (value, place): integers up to 2²⁴ are exact.
      source: () => wgsl`
var<workgroup> peaks: array<vec2f, ${threads}>;

fn higher(a: vec2f, b: vec2f) -> vec2f {
  return select(a, b, (b.x > a.x) | ((b.x == a.x) & (b.y < a.y)));
}

@compute @workgroup_size(${threads})
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let map = group.y * groups.x + group.x;
  if (map >= u.outer * u.inner) { return; }
  let base = map / u.inner * u.length * u.inner + map % u.inner;
  var found = vec2f(-${largestFloat}, 0.0);
  for (var i = lane; i < u.length; i += ${threads}u) {
    let value = f32(x[base + i * u.inner]);
    if (value > found.x) { found = vec2f(value, f32(i)); }
  }
  ${workgroupFold("peaks", "found", threads, (a, b) => `higher(${a}, ${b})`)}
  if (lane > 0u) { return; }
  peak[map] = found.x;
  place[map] = found.y;
}`,
      workgroups: ({ outer, inner }) => grid(outer * inner, 1),
    },
  ],
  cost: ({ outer, length, inner }) => ({ flops: outer * length * inner, bytes: 4 * outer * length * inner }),
});
