import {
  adaptiveWing,
  add,
  backward,
  compile,
  featureDistance,
  Graph,
  jointsKl,
  jointsMse,
  jointsOhkmMse,
  maskedL2,
  mse,
  scaleBy,
  simccDistillation,
  simccKl,
  spatialKl,
  type Tensor,
} from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { domainOperands, type OperandName, type Operands, operandValues, recordOperands } from "./domainOperands.ts";
import { checked, compared, type GoldenOutcome, goldenBound, type TensorCheck } from "./goldenCase.ts";
import { field, number, numbers } from "./jsonValues.ts";
import { valuesToFile } from "./torchLayout.ts";

/** A loss of `domain/losses.json` in terms of ours: Σ weight · term. */
export interface DomainLoss {
  /** The operand whose gradient the file has. */
  readonly gradientOf: OperandName;
  readonly terms: readonly (readonly [weight: number, build: (operands: Operands) => Tensor])[];
}

/** Our losses by the names of `domain/losses.json`. */
export const domainLosses: Readonly<Record<string, DomainLoss>> = {
  "seed0 AdaptiveWing masked(pred*m,tgt*m)": ofHeatmaps(({ prediction, target, visible }) =>
    adaptiveWing(prediction, target, visible, { normalization: "all" }),
  ),
  "seed0 AdaptiveWing unmasked": ofHeatmaps(({ prediction, target, all }) =>
    adaptiveWing(prediction, target, all, { normalization: "all" }),
  ),
  "seed0 spatial_kl batchmean T=1.0": ofHeatmaps(({ prediction, teacher }) =>
    spatialKl(prediction, teacher, { temperature: 1, normalization: "batch" }),
  ),
  "seed0 spatial_kl batchmean T=4.0": ofHeatmaps(({ prediction, teacher }) =>
    spatialKl(prediction, teacher, { temperature: 4, normalization: "batch" }),
  ),
  "seed0 feature MSE mean (pred vs teach)": ofHeatmaps(({ prediction, teacher }) => mse(prediction, teacher)),
  "HRNet JointsMSE use_target_weight": ofHeatmaps(({ prediction, target, weight }) => jointsMse(prediction, target, weight)),
  "HRNet JointsMSE no weight": ofHeatmaps(({ prediction, target }) => jointsMse(prediction, target, null)),
  "HRNet JointsOHKMMSE topk=2": ofHeatmaps(({ prediction, target, weight }) => jointsOhkmMse(prediction, target, weight, 2)),
  "OKDHP/online-KD JointsKLD": ofHeatmaps(({ prediction, teacher, weight }) => jointsKl(prediction, teacher, weight)),
  "FPD 0.5*MSE(GT)+0.5*MSE(teacher)": {
    gradientOf: "prediction",
    terms: [
      [0.5, ({ prediction, target, weight }) => jointsMse(prediction, target, weight)],
      [0.5, ({ prediction, teacher, weight }) => jointsMse(prediction, teacher, weight)],
    ],
  },
  "seed4 0.25*student+0.75*distill (heat+paf)": ofHeatmapsAndPafs(0.25, 0.75),
  "seed4 0.3*student+0.7*distill": ofHeatmapsAndPafs(0.3, 0.7),
  "mmpose KLDiscretLoss beta=10 label_softmax label_beta=10 weighted": ofBothAxes(1, (prediction, target, _, weight) =>
    simccKl(prediction, target, weight, { beta: 10, labelSoftmax: true, labelBeta: 10, normalization: "jointsAndBins" }),
  ),
  "mmpose KLDiscretLoss beta=1 no label softmax weighted": ofBothAxes(1, (prediction, target, _, weight) =>
    simccKl(prediction, target, weight, { beta: 1, normalization: "jointsAndBins" }),
  ),
  "DWPose KDLoss weight=1 beta=10": ofBothAxes(1, (student, _, teacher) => simccDistillation(student, teacher, { beta: 10 })),
  "DWPose KDLoss weight=0.1 beta=10": ofBothAxes(0.1, (student, _, teacher) => simccDistillation(student, teacher, { beta: 10 })),
  "DWPose FeaLoss alpha=7e-5 no align": {
    gradientOf: "featurePrediction",
    terms: [[7e-5, ({ featurePrediction, featureTeacher }) => featureDistance(featurePrediction, featureTeacher)]],
  },
};

/** Runs a loss on the inputs that the file gives by formula; compares it, its gradient's sums and first four elements. */
export async function checkLoss(device: Device, { gradientOf, terms }: DomainLoss, entry: unknown): Promise<GoldenOutcome> {
  const graph = new Graph();
  const operands = recordOperands(graph);
  const weights = graph.input("weights of the terms", [terms.length], "f32");
  const loss = terms.map(([, build], i) => scaleBy(build(operands), weights, i)).reduce(add);
  const [gradient] = backward(loss, [operands[gradientOf]]);
  using program = await compile(graph, device, { store: null, outputs: { loss, gradient: gradient! } });
  for (const [name, values] of operandValues()) program.write(name, values);
  program.write(
    "weights of the terms",
    Float32Array.from(terms, ([weight]) => weight),
  );
  program.run();
  const { shape, layout } = domainOperands[gradientOf];
  const values = valuesToFile(await program.read("gradient"), shape, layout);
  return checked([compared("loss", await program.read("loss"), [number(field(entry, "loss"))]), ...gradientChecks(values, entry)]);
}

/** Heatmaps and part affinity fields against the labels and the teacher, each summed over its map. */
function ofHeatmapsAndPafs(labels: number, distillation: number): DomainLoss {
  return {
    gradientOf: "prediction",
    terms: [
      [labels, ({ prediction, target }) => maskedL2(prediction, target, null)],
      [labels, ({ pafPrediction, pafTarget }) => maskedL2(pafPrediction, pafTarget, null)],
      [distillation, ({ prediction, teacher }) => maskedL2(prediction, teacher, null)],
      [distillation, ({ pafPrediction, pafTeacher }) => maskedL2(pafPrediction, pafTeacher, null)],
    ],
  };
}

/** A loss of one term, whose gradient by the predicted heatmaps is known. */
function ofHeatmaps(build: (operands: Operands) => Tensor): DomainLoss {
  return { gradientOf: "prediction", terms: [[1, build]] };
}

/** A loss of SimCC vectors: that of x and that of y. The file has the gradient of the predicted x. */
function ofBothAxes(weight: number, build: (prediction: Tensor, target: Tensor, teacher: Tensor, weight: Tensor) => Tensor): DomainLoss {
  return {
    gradientOf: "xPrediction",
    terms: [
      [weight, (operands) => build(operands.xPrediction, operands.xTarget, operands.xTeacher, operands.weight)],
      [weight, (operands) => build(operands.yPrediction, operands.yTarget, operands.yTeacher, operands.weight)],
    ],
  };
}

function gradientChecks(gradient: Float32Array, entry: unknown): TensorCheck[] {
  const absolute = number(field(entry, "grad_pred_abs_sum"));
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
  return [
    // The sum may be zero but for rounding, so it is measured by the sum of absolute values.
    {
      name: "grad_pred_sum",
      error: Math.abs(sum(gradient) - number(field(entry, "grad_pred_sum"))) / absolute,
      bound: goldenBound,
    },
    compared("grad_pred_abs_sum", [sum(gradient.map(Math.abs))], [absolute]),
    compared("grad_pred_first4", gradient.subarray(0, 4), numbers(field(entry, "grad_pred_first4"))),
  ];
}
