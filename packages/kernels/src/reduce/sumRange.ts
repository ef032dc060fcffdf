import { defineKernel, type Kernel } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { workgroupFold } from "./workgroupFold.wgsl.ts";

/** Elements `start` … `start + size − 1` of x → element `position` of y; several dispatches may fill one y. */
export type SumRangeProblem = { readonly start: number; readonly size: number; readonly position: number };

const uniforms = { start: "u32", size: "u32", position: "u32" } as const;
const threads = 256;

/** The sum of a range, 0 of none, by one workgroup in a fixed order; the other elements of y stay as they are. */
export const sumRangeKernel: Kernel<SumRangeProblem, typeof uniforms> = defineKernel({
  name: "sumRange",
  reads: ["x"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: SumRangeProblem) => problem,
  variants: [
    {
      id: "workgroup",
      supports: () => true,
      source: () => wgsl`
var<workgroup> sums: array<f32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < u.size; i += ${threads}u) { sum += x[u.start + i]; }
  ${workgroupFold("sums", "sum", threads)}
  if (lane > 0u) { return; }
  y[u.position] = sum;
}`,
      workgroups: () => [1, 1, 1],
    },
  ],
  cost: ({ size }) => ({ flops: size, bytes: 4 * size }),
});
