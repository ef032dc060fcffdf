import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { workgroupFold } from "../reduce/workgroupFold.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** Attention maps [samples, pixels]; `channels` are those of the student's features. */
export type AttentionTransferProblem = { readonly samples: number; readonly pixels: number; readonly channels: number };

const uniforms = { samples: "u32", pixels: "u32", channels: "u32" } as const;
const threads = 256;

/**
 * student, teacher [samples, pixels] → partial [samples], whose sum is the mean of (s / ‖s‖ − t / ‖t‖)² over all pixels, norms of each sample and
 * at least 10⁻¹², and slope [samples, pixels], the derivative by each element of the student's features, ÷ that element.
 */
export const attentionTransferKernel: Kernel<AttentionTransferProblem, typeof uniforms> = defineKernel({
  name: "attentionTransfer",
  reads: ["student", "teacher"],
  writes: ["partial", "slope"],
  uniforms,
  uniformValues: (problem: AttentionTransferProblem) => problem,
  variants: [{ id: "workgroup", supports: () => true, source, workgroups: ({ samples }) => grid(samples, 1) }],
  cost: ({ samples, pixels }) => ({ flops: 20 * samples * pixels, bytes: 12 * samples * pixels }),
});

/** One workgroup a sample, in three passes over its pixels: the norms, the loss with its derivative by the norm, the slopes. */
function source(): string {
  return wgsl`
var<workgroup> squares: array<vec2f, ${threads}>;
var<workgroup> errors: array<vec2f, ${threads}>;

@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let sample = group.y * groups.x + group.x;
  if (sample >= u.samples) { return; }
  let first = sample * u.pixels + lane;
  let end = (sample + 1u) * u.pixels;
  var square = vec2f(0.0);
  for (var at = first; at < end; at += ${threads}u) {
    let maps = vec2f(student[at], teacher[at]);
    square += maps * maps;
  }
  ${workgroupFold("squares", "square", threads)}
  let found = sqrt(square);
  let norm = select(found, vec2f(1e-12), found < vec2f(1e-12));

  // Σ (s − t)² and Σ (s − t) · s of the normalised maps.
  var error = vec2f(0.0);
  for (var at = first; at < end; at += ${threads}u) {
    let maps = vec2f(student[at], teacher[at]) / norm;
    let difference = maps.x - maps.y;
    error += difference * vec2f(difference, maps.x);
  }
  ${workgroupFold("errors", "error", threads)}
  let mean = 1.0 / (f32(u.samples) * f32(u.pixels));
  if (lane == 0u) { partial[sample] = mean * error.x; }

  // A norm below the least is a constant.
  let alongNorm = select(error.y, 0.0, found.x < 1e-12);
  // 2 of the square of the error, 2 / channels of the mean of squares.
  let factor = 4.0 * mean / (f32(u.channels) * norm.x);
  for (var at = first; at < end; at += ${threads}u) {
    let maps = vec2f(student[at], teacher[at]) / norm;
    slope[at] = factor * (maps.x - maps.y - maps.x * alongNorm);
  }
}`;
}
