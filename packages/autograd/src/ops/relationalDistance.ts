import type { Aval } from "@kindling/gpu";
import { pairwiseDistancesKernel, relationalDistanceKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { embeddingsOf } from "./embeddingsOf.ts";
import { weightedDifferences } from "./weightedDifferences.ts";

/**
 * Relational distillation by distances: student [n,d], teacher [n,e] → [], the mean over all n² pairs of smoothL1(D / mean D − D' / mean D'), D
 * and D' the Euclidean distances between the student's and between the teacher's embeddings, means over i ≠ j. The widths d and e may differ.
 * Distances below 10⁻⁶ count as that, so samples that coincide get no gradient from each other. The teacher gets no gradient.
 * Park et al. 2019, "Relational Knowledge Distillation", §3.2; lenscloth/RKD, metric/loss.py, RkdDistance.
 * @throws ShapeError when the embeddings are not of the same two or more samples.
 */
export function relationalDistance(student: Tensor, teacher: Tensor): Tensor {
  return record(relationalDistanceOp, [student, teacher], {})[0]!;
}

/** The rule object of {@link relationalDistance}; a second output, for the gradient: the weight of each pair, [n,n]. */
export const relationalDistanceOp: Op<object> = {
  name: "relationalDistance",
  infer([student, teacher]) {
    const { samples } = embeddingsOf("relationalDistance", 2, student!, teacher!)[0]!;
    return [
      { shape: [], dtype: "f32" },
      { shape: [samples, samples], dtype: "f32" },
    ];
  },
  lower({ inputs, outputs, scratch }) {
    const [own, others] = embeddingsOf("relationalDistance", 2, ...inputs);
    const distances: Aval = { shape: [own!.samples, own!.samples], dtype: "f32" };
    const [distance, teacherDistance] = [scratch(distances), scratch(distances)];
    return [
      dispatch(pairwiseDistancesKernel, own!, [inputs[0]!], [distance]),
      dispatch(pairwiseDistancesKernel, others!, [inputs[1]!], [teacherDistance]),
      dispatch(relationalDistanceKernel, { samples: own!.samples }, [distance, teacherDistance], outputs),
    ];
  },
  vjp({ inputs: [student], outputs: [, weight] }, [dy], [needStudent]) {
    return needStudent ? [weightedDifferences(student!, weight!, dy!)] : [];
  },
};
