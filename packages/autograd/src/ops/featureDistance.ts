import { type Aval, ShapeError, sameShape, sizeOf } from "@kindling/gpu";
import { mseGradKernel, partialSquaredDifferencesKernel, partialSumsCount, sumToScalarKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Options of {@link featureDistance}. */
export interface FeatureDistanceOptions {
  /** N of the formula: n, the first size ("batch", the default), or the number of all elements ("elements"), which makes it a mean squared error. */
  readonly normalization?: "batch" | "elements";
}

/**
 * Feature distillation: student, teacher [n, …] of one shape → [], Σ (student − teacher)² / N. A student of other channels goes through a 1×1
 * convolution before. The teacher gets no gradient. Yang et al. 2023, "Effective Whole-body Pose Estimation with Two-stages Distillation"
 * (DWPose); mmpose, models/losses/fea_dis_loss.py, FeaLoss. The sum grows with the features, hence the small weights: 7e-5 there.
 * @throws ShapeError when the shapes differ or have no axis.
 */
export function featureDistance(student: Tensor, teacher: Tensor, options: FeatureDistanceOptions = {}): Tensor {
  return record(featureDistanceOp, [student, teacher], { normalization: "batch", ...options })[0]!;
}

/** The rule object of {@link featureDistance}. */
export const featureDistanceOp: Op<Required<FeatureDistanceOptions>> = {
  name: "featureDistance",
  infer([student, teacher]) {
    if (!sameShape(student!.shape, teacher!.shape) || student!.shape.length === 0) {
      throw new ShapeError("featureDistance", "student and teacher must have one shape [n, …]", student!, teacher!);
    }
    return [{ shape: [], dtype: "f32" }];
  },
  lower({ inputs, outputs, attrs, scratch }) {
    const size = sizeOf(inputs[0]!.shape);
    const splits = partialSumsCount(size);
    const partial = scratch({ shape: [splits], dtype: "f32" });
    return [
      dispatch(partialSquaredDifferencesKernel, { size, splits, offset: 0 }, inputs, [partial]),
      dispatch(sumToScalarKernel, { size: splits, scale: scaleOf(inputs[0]!, attrs), result: "sum" }, [partial], outputs),
    ];
  },
  vjp({ inputs: [student, teacher], attrs }, [dy], [needStudent]) {
    return needStudent ? [record(featureDistanceGradOp, [student!, teacher!, dy!], attrs)[0]!] : [];
  },
};

/** Gradient of {@link featureDistance}'s student: student, teacher, dy [] → 2 · dy · (student − teacher) / N. */
export const featureDistanceGradOp: Op<Required<FeatureDistanceOptions>> = {
  name: "featureDistanceGrad",
  infer: ([student]) => [{ shape: student!.shape, dtype: student!.dtype }],
  lower({ inputs, outputs, attrs }) {
    const size = sizeOf(outputs[0]!.shape);
    return [dispatch(mseGradKernel, { size, scale: 2 * scaleOf(inputs[0]!, attrs) }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

/** 1 / N. */
function scaleOf({ shape }: Aval, { normalization }: Required<FeatureDistanceOptions>): number {
  return 1 / (normalization === "batch" ? shape[0]! : sizeOf(shape));
}
