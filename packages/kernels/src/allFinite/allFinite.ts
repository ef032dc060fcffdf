import { defineKernel, type Kernel } from "../kernel.ts";
import { workgroupFold } from "../reduce/workgroupFold.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** partial [size] → y []. */
export type AllFiniteProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;
const threads = 256;

/** Last pass of the op allFinite, by one workgroup: y is 1 where all of partial (u32, 1 or 0 each) are 1, else 0, as f32. */
export const allFiniteKernel: Kernel<AllFiniteProblem, typeof uniforms> = defineKernel({
  name: "allFinite",
  reads: ["partial"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: AllFiniteProblem) => problem,
  variants: [
    {
      id: "workgroup",
      supports: () => true,
      source: () => wgsl`
var<workgroup> answers: array<u32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) lane: u32) {
  var finite = 1u;
  for (var i = lane; i < u.size; i += ${threads}u) { finite &= partial[i]; }
  ${workgroupFold("answers", "finite", threads, (a, b) => `${a} & ${b}`)}
  if (lane > 0u) { return; }
  y[0] = f32(finite);
}`,
      workgroups: () => [1, 1, 1],
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 4 * size }),
});
