import type { Aval } from "@kindling/gpu";
import {
  axisSlices,
  axisSplits,
  spatialKlGradKernel,
  spatialKlKernel,
  spatialKlTeacherGradKernel,
  sumSplitsKernel,
} from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkMask, heatmapAxis } from "./axisOf.ts";
import { checkSameShape } from "./checkSameShape.ts";
import { logSumExpDispatches } from "./logSumExpDispatches.ts";
import { mapWeightDispatches } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Letters of the formula of {@link spatialKl}. */
export interface SpatialKlOptions {
  /** T of the formula. */
  readonly temperature: number;
  /** a of the formula: sharpens heatmaps, whose values in 0 … 1 are no logits. */
  readonly logitScale?: number;
  /** N of the formula: n, as `batchmean` in PyTorch ("batch"), Σ m ("batchAndJoints", the default), or n·k whatever the mask is ("all"). */
  readonly normalization?: "batch" | "batchAndJoints" | "all";
  /** [n,k]: m of the formula, 1 where absent. */
  readonly mask?: Tensor;
}

/**
 * Distillation of heatmaps as distributions over their pixels: student, teacher [n,h,w,k] → [].
 *
 * L = T² / N · Σ_{n,k} m · KL(softmax(a·teacher / T) ‖ softmax(a·student / T)), KL(p ‖ q) = Σ_{h,w} p · ln(p / q), and N = n
 * ("batch"), n·k ("all") or Σ m, n·k without a mask ("batchAndJoints", the default; then L = 0 where no joint is visible). The logit scale a multiplies both maps
 * before the division by T and nothing else: T² makes the gradient's size independent of T, not of a.
 * The teacher gets no gradient. Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", §2.
 * @throws ShapeError when the heatmaps differ in shape or the mask is not [n,k], RangeError when T or a is not positive.
 */
export function spatialKl(student: Tensor, teacher: Tensor, options: SpatialKlOptions): Tensor {
  const { temperature, logitScale = 1, normalization = "batchAndJoints", mask } = options;
  if (!(temperature > 0)) throw new RangeError(`spatialKl: the temperature must be positive, not ${temperature}`);
  if (!(logitScale > 0)) throw new RangeError(`spatialKl: logitScale must be positive, not ${logitScale}`);
  const { outer, inner } = heatmapAxis("spatialKl", student);
  const normalize = normalization === "batchAndJoints";
  const scale = temperature ** 2 / { batch: outer, batchAndJoints: 1, all: outer * inner }[normalization];
  const attrs = { loss: "spatialKl", logitScale: logitScale / temperature, scale, normalize, teacherGradient: false };
  return record(spatialKlOp, mask ? [student, teacher, mask] : [student, teacher], attrs)[0]!;
}

/** A divergence of softmaxes over pixels. */
export interface SpatialKlAttrs {
  /** The loss that is computed, for its errors. */
  readonly loss: string;
  /** What heatmaps are multiplied by to become logits. */
  readonly logitScale: number;
  /** Factor of the sum over maps, with `normalize` divided by their number or Σ mask (0 when nothing is visible). */
  readonly scale: number;
  readonly normalize: boolean;
  /** Whether the teacher gets a gradient too. */
  readonly teacherGradient: boolean;
}

/**
 * The rule object of {@link spatialKl}, mask optional; further outputs, for the gradient: the log-sum-exps of both, the weight of each map and
 * its weighted divergence, [n,k].
 */
export const spatialKlOp: Op<SpatialKlAttrs> = {
  name: "spatialKl",
  infer([student, teacher, mask], { loss }) {
    const { outer, inner } = heatmapAxis(loss, student!);
    checkSameShape(loss, student!, teacher!);
    if (mask) checkMask(loss, student!, mask);
    const maps: Aval = { shape: [outer, inner], dtype: "f32" };
    return [{ shape: [], dtype: "f32" }, maps, maps, maps, maps];
  },
  lower: (call) => spatialKlDispatches(call),
  vjp({ inputs: [student, teacher], outputs: [, studentLse, teacherLse, weight, divergence], attrs }, [dy], [needStudent, needTeacher]) {
    const maps = [studentLse!, teacherLse!, weight!] as const;
    return [
      needStudent ? record(spatialKlGradOp, [student!, teacher!, ...maps, dy!], attrs)[0]! : null,
      needTeacher && attrs.teacherGradient
        ? record(spatialKlTeacherGradOp, [student!, teacher!, ...maps, divergence!, dy!], attrs)[0]!
        : null,
    ];
  },
};

/** Gradient of the student in {@link spatialKlOp}: student, teacher, their log-sum-exps, weights [n,k], dy [] → [n,h,w,k]. */
export const spatialKlGradOp: Op<SpatialKlAttrs> = {
  name: "spatialKlGrad",
  infer: ([student]) => [{ shape: student!.shape, dtype: student!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [dispatch(spatialKlGradKernel, gradientProblem(inputs[0]!, attrs), inputs, outputs)],
  vjp: "not differentiable",
};

/** Gradient of the teacher in {@link spatialKlOp}: student, teacher, their log-sum-exps, weights, divergences [n,k], dy [] → [n,h,w,k]. */
export const spatialKlTeacherGradOp: Op<SpatialKlAttrs> = {
  name: "spatialKlTeacherGrad",
  infer: ([, teacher]) => [{ shape: teacher!.shape, dtype: teacher!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [dispatch(spatialKlTeacherGradKernel, gradientProblem(inputs[0]!, attrs), inputs, outputs)],
  vjp: "not differentiable",
};

function gradientProblem(
  student: Aval,
  { logitScale }: SpatialKlAttrs,
): { outer: number; length: number; inner: number; splits: number; scale: number } {
  const axis = heatmapAxis("spatialKl", student);
  return { ...axis, splits: axisSlices(axis.length), scale: logitScale };
}

function spatialKlDispatches({ inputs, outputs, attrs, scratch }: LowerCall<SpatialKlAttrs>): Dispatch[] {
  const [student, teacher, mask] = inputs;
  const [loss, studentLse, teacherLse, weight, divergence] = outputs;
  const { logitScale, scale, normalize } = attrs;
  const axis = heatmapAxis("spatialKl", student!);
  const splits = axisSplits(axis.outer, axis.length, axis.inner);
  const partial = splits === 1 ? divergence! : scratch({ shape: [splits, axis.outer, axis.inner], dtype: "f32" });
  const maps = [studentLse!, teacherLse!, weight!];
  return [
    ...logSumExpDispatches(student!, studentLse!, axis, logitScale, scratch),
    ...logSumExpDispatches(teacher!, teacherLse!, axis, logitScale, scratch),
    ...mapWeightDispatches({ mask, scale, normalize }, weight!, scratch),
    dispatch(spatialKlKernel, { ...axis, splits, scale: logitScale }, [student!, teacher!, ...maps], [partial]),
    ...(splits === 1 ? [] : [dispatch(sumSplitsKernel, { splits, size: axis.outer * axis.inner }, [partial], [divergence!])]),
    ...sumAllDispatches(divergence!, loss!, 1, scratch),
  ];
}
