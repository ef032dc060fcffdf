import { type SimccKlOptions, simccDistillation, simccKl } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import { simccKlReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { reciprocalOf } from "./heatmapSizes.ts";

/** Sizes [n,k,bins]: two bins (one has no gradient but rounding), odd, more than a workgroup has threads, and whole workgroups. */
const shapes: readonly (readonly [n: number, k: number, bins: number])[] = [
  [1, 1, 2],
  [2, 3, 7],
  [1, 17, 65],
  [3, 4, 128],
];

const settings: readonly (Required<SimccKlOptions> & { readonly weighted: boolean })[] = [
  { beta: 10, labelSoftmax: true, labelBeta: 10, normalization: "jointsAndBins", weighted: true },
  { beta: 2, labelSoftmax: true, labelBeta: 7, normalization: "batchAndJoints", weighted: true },
  { beta: 1, labelSoftmax: false, labelBeta: 10, normalization: "jointsAndBins", weighted: false },
  { beta: 3, labelSoftmax: false, labelBeta: 10, normalization: "batchAndJoints", weighted: true },
  { beta: 10, labelSoftmax: true, labelBeta: 10, normalization: "visible", weighted: true },
  { beta: 3, labelSoftmax: false, labelBeta: 10, normalization: "visible", weighted: false },
];

/** simccKl over sizes, targets as they are and as a softmax, with weights and without. */
export const simccKlFamily: OpFamily = {
  op: "simccKl",
  cases: shapes.flatMap((shape, i) => settings.map((setting, j) => simccKlCase(shape, setting, 1000 + 60 * i + 4 * j))),
  random: (draw) =>
    simccKlCase(
      [draw.size(3), draw.size(5), 1 + draw.size(80)],
      { ...draw.oneOf(settings), weighted: draw.oneOf([true, false]) },
      draw.seed(),
    ),
};

/** simccDistillation over sizes. */
export const simccDistillationFamily: OpFamily = {
  op: "simccDistillation",
  cases: shapes.map((shape, i) => distillationCase(shape, 10, 1300 + 4 * i)),
  random: (draw) => distillationCase([draw.size(3), draw.size(5), 1 + draw.size(80)], draw.oneOf([1, 10]), draw.seed()),
};

function simccKlCase(shape: readonly [number, number, number], setting: (typeof settings)[number], seed: number): OpCase {
  const { weighted, ...options } = setting;
  const [n, k, bins] = shape;
  const label = vectors("target", shape, seed + 1, false);
  // Labels that are taken as they are: not negative, f32 as they come from the loader, some of them 0.
  const target = options.labelSoftmax ? label : { ...label, data: label.data.map((value) => Math.max(0, value)) };
  const weight: OpInput = { name: "weight", shape: [n, k], data: weightsOf(n * k, seed + 2), differentiable: false, f32: true };
  return {
    op: "simccKl",
    name: `[${shape}] ${JSON.stringify(setting)}`,
    inputs: [vectors("prediction", shape, seed, true), target, ...(weighted ? [weight] : [])],
    build: ([prediction, labels, weights]) => simccKl(prediction!, labels!, weights ?? null, options),
    reference: ([prediction, labels, weights]) => {
      const counts = weights ?? new Float64Array(n * k).fill(1);
      const scale = { batchAndJoints: 1 / (n * k), visible: reciprocalOf(counts, 1), jointsAndBins: 1 / (k * bins) }[options.normalization];
      const problem = { rows: n * k, bins, ...options, scale };
      const { divergence } = simccKlReference(problem, prediction!, labels!, counts);
      return Float64Array.of(divergence.value.reduce((sum, value) => sum + value, 0));
    },
  };
}

function distillationCase(shape: readonly [number, number, number], beta: number, seed: number): OpCase {
  const [n, k, bins] = shape;
  return {
    op: "simccDistillation",
    name: `[${shape}] β ${beta}`,
    inputs: [vectors("student", shape, seed, true), vectors("teacher", shape, seed + 1, false)],
    build: ([student, teacher]) => simccDistillation(student!, teacher!, { beta }),
    reference: ([student, teacher]) => {
      const problem = { rows: n * k, bins, beta, labelSoftmax: true, labelBeta: beta, scale: 1 / (n * k) };
      const { divergence } = simccKlReference(problem, student!, teacher!, new Float64Array(n * k).fill(1));
      return Float64Array.of(divergence.value.reduce((sum, value) => sum + value, 0));
    },
  };
}

function vectors(name: string, shape: readonly number[], seed: number, differentiable: boolean): OpInput {
  return { name, shape, data: randomValues(seed, sizeOf(shape)), differentiable };
}

/** About a third 0, the others from 0.3 to 1. */
function weightsOf(count: number, seed: number): Float32Array {
  return randomValues(seed, count, 0, 1).map((value) => (value < 0.3 ? 0 : value));
}
