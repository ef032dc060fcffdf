import { add, cast, div, fill, log, maximum, mul, reshape, scaleMaps, softmax, type Tensor } from "@kindling/autograd";
import { eachJoint, jointsKnown, taughtMask } from "../teacherOutputs.ts";
import type { LossContext, TeacherPrediction } from "./lossContext.ts";

/** Teachers that teach one term: one, or several whose mean does. */
export type Ensemble = readonly [TeacherPrediction, ...TeacherPrediction[]];

/** The teacher of a path, or all. @throws Error when there is none. */
export function ensembleOf(path: string | undefined, { teachers }: LossContext): Ensemble {
  const [first, ...others] = path === undefined ? teachers : teachers.filter((teacher) => teacher.path === path);
  if (!first) throw new Error("a loss term compares with the teacher, but there is none: parseRecipe refuses such recipes");
  return [first, ...others];
}

/** Probabilities are kept above it: far below what f32 tells from 0 beside 1, and its logarithm is finite. */
const tiny = 1e-30;

/**
 * The mean of what teachers say, heatmaps [n,h,w,k] or vectors [n,k,bins] each: Σ wᵢ yᵢ / Σ wᵢ, for each joint over those that know it, zeros where nobody
 * does; in f32. Of one teacher what it says.
 */
export function meanOf(teachers: Ensemble, of: (teacher: TeacherPrediction) => Tensor): Tensor {
  const [first, ...others] = teachers;
  if (others.length === 0) return of(first);
  const shares = sharesOf(teachers);
  const term = (teacher: TeacherPrediction, i: number): Tensor => {
    // Networks in f16 beside heatmaps that are kept in f32; and f16 would round most cells of a distribution to 0.
    const value = of({ ...teacher, outputs: teacher.outputs.map((output) => cast(output, "f32")) });
    return mul(value, factors(value, shares[i]!)); // shares of each
  };
  // Terms that learn from one mean share it.
  return first.outputs[0]!.graph.reusing(new Map(), () => teachers.map(term).reduce(add)); // it predicts with a tensor or more
}

/**
 * Logits of the mean of the teachers' distributions over the cells of each heatmap [n,h,w,k] (Hinton et al. 2015, §1: the arithmetic mean of an ensemble's
 * distributions as soft targets): softmax(scale · result) = Σ wᵢ softmax(scale · yᵢ) / Σ wᵢ, scale [n,k]. Of one teacher its heatmaps.
 */
export function softenedMean(teachers: Ensemble, scaleOf: () => Tensor): Tensor {
  const [{ outputs }, ...others] = teachers;
  if (others.length === 0) return outputs[0]!;
  const scale = scaleOf();
  const mean = meanOf(teachers, (teacher) => softmax(scaleMaps(teacher.outputs[0]!, scale))); // it predicts with heatmaps
  const logits = log(add(mean, fill(mean.graph, [1], tiny)));
  // Where the scale is 0, all are uniform whatever the logits are.
  const divisor = maximum(scale, fill(scale.graph, [1], 1e-20));
  return scaleMaps(logits, div(fill(scale.graph, scale.shape, 1), divisor));
}

/** The mean of the teachers' distributions over SimCC's bins, Σ wᵢ softmax(β · yᵢ) / Σ wᵢ: [n,k,bins], of two teachers or more. */
export function meanOfBins(teachers: Ensemble, axis: number, beta: number): Tensor {
  return meanOf(teachers, ({ outputs }) => {
    const vector = outputs[axis]!; // each has both
    return softmax(mul(vector, fill(vector.graph, [1], beta)), "last");
  });
}

/** 1 for the joints that one of the teachers knows at least, [n,k]; undefined for all. */
export function taughtBy(teachers: Ensemble): Tensor | undefined {
  const [{ outputs, taught }, ...others] = teachers;
  if (others.length === 0) return taught;
  const known = jointsKnown(teachers.map(({ joints }) => joints));
  const [output] = outputs;
  return known && output ? taughtMask(output.graph, output.shape[0]!, known) : undefined;
}

/** What each teacher counts in the mean of each joint, adding up to 1, or to 0 where nobody knows it; of teachers that all know all, one number each. */
function sharesOf(teachers: Ensemble): readonly (readonly number[])[] {
  const joints = teachers.find((teacher) => teacher.joints)?.joints ?? [0];
  const counts = teachers.map(({ weight, joints: known }) => joints.map((_, i) => (known && known[i] === null ? 0 : weight)));
  const sums = joints.map((_, i) => counts.reduce((sum, count) => sum + count[i]!, 0)); // a count for each
  return counts.map((count) => count.map((value, i) => (value === 0 ? 0 : value / sums[i]!)));
}

/** A factor for each joint, or one for all, that broadcasts to heatmaps [n,h,w,k] or vectors [n,k,bins]. */
function factors({ graph, shape }: Tensor, values: readonly number[]): Tensor {
  const [first = 0] = values;
  if (values.every((value) => value === first)) return fill(graph, [1], first);
  const each = eachJoint(graph, [1], values);
  return shape.length === 3 ? reshape(each, [values.length, 1]) : each;
}
