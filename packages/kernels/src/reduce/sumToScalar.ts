import { defineKernel, type Kernel } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { workgroupFold } from "./workgroupFold.wgsl.ts";

/** x [size] → y []. */
export type SumToScalarProblem = {
  readonly size: number;
  readonly scale: number;
  /** What becomes of Σx: `scale`·Σx, √(`scale`·Σx), or `scale` / Σx with 0 where Σx is not positive. */
  readonly result: "sum" | "root" | "reciprocal";
};

const uniforms = { size: "u32", scale: "f32" } as const;
const threads = 256;

/** Last pass of a reduction to one number, by one workgroup in a fixed order: the same bits each time. */
export const sumToScalarKernel: Kernel<SumToScalarProblem, typeof uniforms> = defineKernel({
  name: "sumToScalar",
  reads: ["x"],
  writes: ["y"],
  f16: ["x"],
  uniforms,
  uniformValues: (problem: SumToScalarProblem) => problem,
  variants: [
    {
      id: "workgroup",
      supports: () => true,
      source: ({ result }) => wgsl`
var<workgroup> sums: array<f32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < u.size; i += ${threads}u) { sum += f32(x[i]); }
  ${workgroupFold("sums", "sum", threads)}
  if (lane > 0u) { return; }
  ${finish[result]}
}`,
      workgroups: () => [1, 1, 1],
    },
  ],
  cost: ({ size }) => ({ flops: size, bytes: 4 * size }),
});

/** `sum <= 0` is false for NaN, which therefore passes through. */
const finish = {
  sum: "y[0] = u.scale * sum;",
  root: "y[0] = sqrt(u.scale * sum);",
  reciprocal: "y[0] = select(u.scale / sum, 0.0, sum <= 0.0);",
} as const;
