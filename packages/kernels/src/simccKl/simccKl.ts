import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { workgroupFold } from "../reduce/workgroupFold.wgsl.ts";
import { logSumExp } from "../wgsl/logSumExp.wgsl.ts";
import { largestFloat, wgsl } from "../wgsl.ts";
import { bin } from "./bin.wgsl.ts";
import { type SimccKlProblem, simccKlUniforms, simccKlValues } from "./simccKlProblem.ts";

/**
 * prediction, target [rows, bins], weight [rows] → divergence [rows] = scale · weight · Σ p (ln p − ln q), and what the gradient needs of each
 * row: predictionLse = ln Σ exp(beta · prediction), and statistic, the same of labelBeta · target or Σ target where that is no softmax.
 */
export const simccKlKernel: Kernel<SimccKlProblem, typeof simccKlUniforms> = defineKernel({
  name: "simccKl",
  reads: ["prediction", "target_", "weight"], // WGSL reserves the word target
  writes: ["divergence", "predictionLse", "statistic"],
  f16: ["prediction", "target_"],
  uniforms: simccKlUniforms,
  uniformValues: simccKlValues,
  variants: [
    { id: "thread", supports: () => true, source: threadSource, workgroups: ({ rows }) => grid(rows, 64) },
    // Few bins leave most of a workgroup idle.
    { id: "workgroup", supports: ({ bins }) => bins >= lanes, source: workgroupSource, workgroups: ({ rows }) => grid(rows, 1) },
  ],
  cost: ({ rows, bins }) => ({ flops: 32 * rows * bins, bytes: 8 * rows * bins }),
});

/** Threads of a workgroup. */
const lanes = 64;

/** One thread a row. */
function threadSource({ labelSoftmax }: SimccKlProblem): string {
  return wgsl`
${bin(labelSoftmax)}
${logSumExp}
${partOf(labelSoftmax)}
${threadIndex(64)}
  if (index >= u.rows) { return; }
  let whole = partOf(index * u.bins, 0u, 1u);
  let lse = logSumExp(whole.largest, whole.sum);
  let ofTarget = ${labelSoftmax ? "logSumExp(whole.targetLargest, whole.targetSum)" : "whole.targetSum"};
  var sum = 0.0;
  for (var i = index * u.bins; i < (index + 1u) * u.bins; i++) {
    sum += binAt(f32(prediction[i]), f32(target_[i]), lse, ofTarget).term;
  }
  divergence[index] = u.scale * weight[index] * sum;
  predictionLse[index] = lse;
  statistic[index] = ofTarget;
}`;
}

/** One workgroup a row: each thread has every 64th bin; their parts lie in workgroup memory and are merged in a fixed order, in two steps. */
function workgroupSource({ labelSoftmax }: SimccKlProblem): string {
  return wgsl`
${bin(labelSoftmax)}
${logSumExp}
${partOf(labelSoftmax)}
var<workgroup> parts: array<Part, ${lanes}>;
var<workgroup> sums: array<f32, ${lanes}>;

fn merged(a: Part, b: Part) -> Part {
  let largest = max(a.largest, b.largest);
  let sum = a.sum * exponential(a.largest - largest) + b.sum * exponential(b.largest - largest);
  #if ${labelSoftmax}
  let targetLargest = max(a.targetLargest, b.targetLargest);
  let targetSum = a.targetSum * exponential(a.targetLargest - targetLargest) + b.targetSum * exponential(b.targetLargest - targetLargest);
  return Part(largest, sum, targetLargest, targetSum);
  #else
  return Part(largest, sum, 0.0, a.targetSum + b.targetSum);
  #endif
}

@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let row = group.y * groups.x + group.x;
  if (row >= u.rows) { return; }
  var whole = partOf(row * u.bins, lane, ${lanes}u);
  ${workgroupFold("parts", "whole", lanes, (a, b) => `merged(${a}, ${b})`)}
  let lse = logSumExp(whole.largest, whole.sum);
  let ofTarget = ${labelSoftmax ? "logSumExp(whole.targetLargest, whole.targetSum)" : "whole.targetSum"};

  var sum = 0.0;
  for (var i = lane; i < u.bins; i += ${lanes}u) {
    let at = row * u.bins + i;
    sum += binAt(f32(prediction[at]), f32(target_[at]), lse, ofTarget).term;
  }
  ${workgroupFold("sums", "sum", lanes)}
  if (lane > 0u) { return; }
  divergence[row] = u.scale * weight[row] * sum;
  predictionLse[row] = lse;
  statistic[row] = ofTarget;
}`;
}

/**
 * Declares Part and partOf(base, first, step): of every `step`-th bin of the row at `base`, the largest logit and the sum of the exponentials
 * below it, of the prediction and of the target; of a target that is no softmax the sum alone.
 */
function partOf(labelSoftmax: boolean): string {
  return wgsl`
struct Part {
  largest: f32,
  sum: f32,
  targetLargest: f32,
  targetSum: f32,
}

fn partOf(base: u32, first: u32, step: u32) -> Part {
  // The least finite number: of −∞ alone the sum is 0. A NaN is never larger, and comes through in the sum.
  var part = Part(-${largestFloat}, 0.0, -${largestFloat}, 0.0);
  for (var i = first; i < u.bins; i += step) {
    let logit = u.beta * f32(prediction[base + i]);
    part.largest = select(part.largest, logit, logit > part.largest);
    #if ${labelSoftmax}
    let label = u.labelBeta * f32(target_[base + i]);
    part.targetLargest = select(part.targetLargest, label, label > part.targetLargest);
    #endif
  }
  for (var i = first; i < u.bins; i += step) {
    part.sum += exponential(u.beta * f32(prediction[base + i]) - part.largest);
    #if ${labelSoftmax}
    part.targetSum += exponential(u.labelBeta * f32(target_[base + i]) - part.targetLargest);
    #else
    part.targetSum += f32(target_[base + i]);
    #endif
  }
  return part;
}
`;
}
