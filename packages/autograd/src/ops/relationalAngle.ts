import type { Aval } from "@kindling/gpu";
import { pairwiseDistancesKernel, relationalAngleKernel, relationalAngleWeightKernel, triangleCosinesKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { embeddingsOf } from "./embeddingsOf.ts";
import { sumAllDispatches } from "./sumAll.ts";
import { weightedDifferences } from "./weightedDifferences.ts";

/**
 * Relational distillation by angles: student [n,d], teacher [n,e] → [], the mean over all n³ triples of smoothL1(cos − cos'), cos the cosine of
 * the angle at sample i between samples j and k, the student's and the teacher's; 0 where j or k is i. The widths d and e may differ. Memory
 * and work grow with n³: meant for batches up to 64. The teacher gets no gradient, and neither do samples that coincide from each other,
 * where PyTorch's `F.normalize` would give one of 10¹². Park et al. 2019, "Relational Knowledge Distillation", §3.2; lenscloth/RKD,
 * metric/loss.py, RKdAngle.
 * @throws ShapeError when the embeddings are not of the same three or more samples.
 */
export function relationalAngle(student: Tensor, teacher: Tensor): Tensor {
  return record(relationalAngleOp, [student, teacher], {})[0]!;
}

/** The rule object of {@link relationalAngle}; a second output, for the gradient: the weight of each pair, [n,n]. */
export const relationalAngleOp: Op<object> = {
  name: "relationalAngle",
  infer([student, teacher]) {
    const { samples } = embeddingsOf("relationalAngle", 3, student!, teacher!)[0]!;
    return [
      { shape: [], dtype: "f32" },
      { shape: [samples, samples], dtype: "f32" },
    ];
  },
  lower: (call) => relationalAngleDispatches(call),
  vjp({ inputs: [student], outputs: [, weight] }, [dy], [needStudent]) {
    return needStudent ? [weightedDifferences(student!, weight!, dy!)] : [];
  },
};

function relationalAngleDispatches({ inputs, outputs: [loss, weight], scratch }: LowerCall<object>): Dispatch[] {
  const [own, others] = embeddingsOf("relationalAngle", 3, ...inputs);
  const { samples } = own!;
  const triples: Aval = { shape: [samples, samples, samples], dtype: "f32" };
  const [cosine, teacherCosine] = [scratch(triples), scratch(triples)];
  const [distance, partial, pull] = [scratch(weight!), scratch(weight!), scratch(weight!)];
  return [
    dispatch(triangleCosinesKernel, own!, [inputs[0]!], [cosine]),
    dispatch(triangleCosinesKernel, others!, [inputs[1]!], [teacherCosine]),
    dispatch(pairwiseDistancesKernel, own!, [inputs[0]!], [distance]),
    dispatch(relationalAngleKernel, { samples }, [cosine, teacherCosine, distance], [partial, pull]),
    dispatch(relationalAngleWeightKernel, { samples }, [cosine, teacherCosine, distance, pull], [weight!]),
    ...sumAllDispatches(partial, loss!, 1, scratch),
  ];
}
