import { defineKernel, type Kernel } from "../kernel.ts";
import { workgroupFold } from "../reduce/workgroupFold.wgsl.ts";
import { wgsl } from "../wgsl.ts";
import { smoothL1 } from "./smoothL1.wgsl.ts";

/** Distances [samples, samples]. */
export type RelationalProblem = { readonly samples: number };

/** Uniform fields of {@link RelationalProblem}. */
export const relationalUniforms = { samples: "u32" } as const;

const threads = 256;

/**
 * distance, teacherDistance [samples, samples] → loss [], the mean over all pairs of smoothL1(distance / its mean − teacherDistance / its mean),
 * and weight [samples, samples], by which {@link weightedDifferencesKernel} makes the gradient of the student's embeddings. Means are those
 * off the diagonal; distances below 10⁻⁶ count as that and have no gradient.
 */
export const relationalDistanceKernel: Kernel<RelationalProblem, typeof relationalUniforms> = defineKernel({
  name: "relationalDistance",
  reads: ["distance", "teacherDistance"],
  writes: ["loss", "weight"],
  uniforms: relationalUniforms,
  uniformValues: (problem: RelationalProblem) => problem,
  variants: [{ id: "workgroup", supports: () => true, source, workgroups: () => [1, 1, 1] }],
  cost: ({ samples }) => ({ flops: 24 * samples ** 2, bytes: 12 * samples ** 2 }),
});

/** One workgroup in three passes over the pairs: the means, the loss with what the means' gradient needs, the weights. */
function source(): string {
  return wgsl`
${smoothL1}
var<workgroup> sums: array<vec2f, ${threads}>;
var<workgroup> errors: array<vec2f, ${threads}>;

// The numbers of a pair: its distances at least 10⁻⁶, and 0 on the diagonal.
fn distances(pair: u32) -> vec2f {
  if (pair / u.samples == pair % u.samples) { return vec2f(0.0); }
  let found = vec2f(distance[pair], teacherDistance[pair]);
  return select(found, vec2f(1e-6), found < vec2f(1e-6));
}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) lane: u32) {
  let pairs = u.samples * u.samples;
  let unlike = f32(pairs - u.samples);
  var sum = vec2f(0.0);
  for (var pair = lane; pair < pairs; pair += ${threads}u) { sum += distances(pair); }
  ${workgroupFold("sums", "sum", threads)}
  let mean = sum / unlike;

  // The errors' smooth L1, and Σ slope · distance / mean.
  var error = vec2f(0.0);
  for (var pair = lane; pair < pairs; pair += ${threads}u) {
    let relative = distances(pair) / mean;
    let difference = relative.x - relative.y;
    error += vec2f(smoothL1(difference), smoothL1Slope(difference) * relative.x);
  }
  ${workgroupFold("errors", "error", threads)}
  if (lane == 0u) { loss[0] = error.x / f32(pairs); }

  for (var pair = lane; pair < pairs; pair += ${threads}u) {
    let lengths = distances(pair);
    let relative = lengths / mean;
    let slope = smoothL1Slope(relative.x - relative.y) - error.y / unlike;
    // Samples that coincide have no direction.
    weight[pair] = select(-2.0 * slope / (f32(pairs) * mean.x * lengths.x), 0.0, lengths.x <= 1e-6);
  }
}`;
}
