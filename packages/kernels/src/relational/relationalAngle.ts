import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";
import { type RelationalProblem, relationalUniforms } from "./relationalDistance.ts";
import { smoothL1 } from "./smoothL1.wgsl.ts";

/**
 * cosine, teacherCosine [samples, samples, samples], the student's distance [samples, samples] → partial and pull [samples, samples]: the
 * smooth L1 of the cosines' differences over the third sample, / samples³, and the part of a pair's weight in which one of both is the apex.
 */
export const relationalAngleKernel: Kernel<RelationalProblem, typeof relationalUniforms> = defineKernel({
  name: "relationalAngle",
  reads: ["cosine", "teacherCosine", "distance"],
  writes: ["partial", "pull"],
  uniforms: relationalUniforms,
  uniformValues: (problem: RelationalProblem) => problem,
  variants: [{ id: "direct", supports: () => true, source: sumsSource, workgroups: ({ samples }) => grid(samples ** 2, 64) }],
  cost: ({ samples }) => ({ flops: 12 * samples ** 3, bytes: 8 * samples ** 3 }),
});

/** What relationalAngle reads and its pull → weight [samples, samples], by which weightedDifferences makes the gradient. */
export const relationalAngleWeightKernel: Kernel<RelationalProblem, typeof relationalUniforms> = defineKernel({
  name: "relationalAngleWeight",
  reads: ["cosine", "teacherCosine", "distance", "pull"],
  writes: ["weight"],
  uniforms: relationalUniforms,
  uniformValues: (problem: RelationalProblem) => problem,
  variants: [{ id: "direct", supports: () => true, source: weightSource, workgroups: ({ samples }) => grid(samples ** 2, 64) }],
  cost: ({ samples }) => ({ flops: 8 * samples ** 3, bytes: 8 * samples ** 3 }),
});

/** Declares inverseDistance(pair), 0 where both samples coincide: there the angle has no direction to turn. */
const inverseDistance = wgsl`
fn inverseDistance(pair: u32) -> f32 {
  let length = distance[pair];
  return select(1.0 / length, 0.0, length < 1e-12);
}
`;

/** One thread for an apex i and a sample j. */
function sumsSource(): string {
  return wgsl`
${smoothL1}
${inverseDistance}
${threadIndex(64)}
  let pairs = u.samples * u.samples;
  if (index >= pairs) { return; }
  let apex = index / u.samples * u.samples;
  let inverse = inverseDistance(index);
  var error = 0.0;
  var turn = 0.0;
  for (var k = 0u; k < u.samples; k++) {
    let own = cosine[index * u.samples + k];
    let difference = own - teacherCosine[index * u.samples + k];
    error += smoothL1(difference);
    turn += smoothL1Slope(difference) * (own * inverse - inverseDistance(apex + k));
  }
  let triangles = f32(pairs) * f32(u.samples);
  partial[index] = error / triangles;
  pull[index] = 2.0 * inverse * turn / triangles;
}`;
}

/** One thread a pair: to the pulls of both comes the angle between both, seen from every third sample. */
function weightSource(): string {
  return wgsl`
${smoothL1}
${inverseDistance}
${threadIndex(64)}
  let pairs = u.samples * u.samples;
  if (index >= pairs) { return; }
  let first = index / u.samples;
  let second = index % u.samples;
  if (first == second) {
    weight[index] = 0.0;
    return;
  }
  var sum = 0.0;
  for (var apex = 0u; apex < u.samples; apex++) {
    let slope = smoothL1Slope(cosine[apex * pairs + index] - teacherCosine[apex * pairs + index]);
    sum += slope * inverseDistance(apex * u.samples + first) * inverseDistance(apex * u.samples + second);
  }
  weight[index] = 2.0 * sum / (f32(pairs) * f32(u.samples)) + pull[index] + pull[second * u.samples + first];
}`;
}
