import { type Aval, ShapeError, sameShape } from "@kindling/gpu";
import { axisSlices, axisSplits, spatialKlGradKernel, spatialKlKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type Axis, checkMask, heatmapAxis } from "./axisOf.ts";
import { logSumExpDispatches } from "./logSumExpDispatches.ts";
import { mapWeightDispatches } from "./mapWeightDispatches.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Letters of the formula of {@link spatialKl}. */
export interface SpatialKlOptions {
  /** T of the formula. */
  readonly temperature: number;
  /** a of the formula: sharpens heatmaps, whose values in 0 … 1 are no logits. */
  readonly logitScale?: number;
  /** What the sum over maps is divided by: n, as `batchmean` in PyTorch, or the number (with a mask: the weight) of all maps. */
  readonly normalization?: "batch" | "batchAndJoints";
  /** [n,k]: m of the formula, 1 where absent. */
  readonly mask?: Tensor;
}

/**
 * Distillation of heatmaps as distributions over their pixels: student, teacher [n,h,w,k] → [].
 *
 * L = T² / N · Σ_{n,k} m · KL(softmax(a·teacher / T) ‖ softmax(a·student / T)), KL(p ‖ q) = Σ_{h,w} p · ln(p / q), and N = n ("batch") or
 * N = n·k, with a mask Σ m ("batchAndJoints", the default; then L = 0 where no joint is visible). The logit scale a multiplies both maps
 * before the division by T and nothing else: T² makes the gradient's size independent of T, not of a.
 * The teacher gets no gradient. Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", §2.
 * @throws ShapeError when the heatmaps differ in shape or the mask is not [n,k], RangeError when T or a is not positive.
 */
export function spatialKl(student: Tensor, teacher: Tensor, options: SpatialKlOptions): Tensor {
  const { temperature, logitScale = 1, normalization = "batchAndJoints", mask } = options;
  if (!(temperature > 0)) throw new RangeError(`spatialKl: the temperature must be positive, not ${temperature}`);
  if (!(logitScale > 0)) throw new RangeError(`spatialKl: logitScale must be positive, not ${logitScale}`);
  const attrs: SpatialKlAttrs = { temperature, logitScale, normalization };
  return record(spatialKlOp, mask ? [student, teacher, mask] : [student, teacher], attrs)[0]!;
}

/** Options of {@link spatialKlOp}. */
export type SpatialKlAttrs = Required<Omit<SpatialKlOptions, "mask">>;

/** The rule object of {@link spatialKl}; further outputs, for the gradient: the log-sum-exps of both and the weight of each map, [n,k]. */
export const spatialKlOp: Op<SpatialKlAttrs> = {
  name: "spatialKl",
  infer([student, teacher, mask]) {
    const { outer, inner } = heatmapAxis("spatialKl", student!);
    if (!sameShape(student!.shape, teacher!.shape)) {
      throw new ShapeError("spatialKl", "student and teacher must have one shape", student!, teacher!);
    }
    if (mask) checkMask("spatialKl", student!, mask);
    const maps: Aval = { shape: [outer, inner], dtype: "f32" };
    return [{ shape: [], dtype: "f32" }, maps, maps, maps];
  },
  lower({ inputs: [student, teacher, mask], outputs: [loss, studentLse, teacherLse, weight], attrs, scratch }) {
    const axis = heatmapAxis("spatialKl", student!);
    const scale = scaleOf(attrs);
    const splits = axisSplits(axis.outer, axis.length, axis.inner);
    const partial = scratch({ shape: [splits, axis.outer, axis.inner], dtype: "f32" });
    return [
      ...logSumExpDispatches(student!, studentLse!, axis, scale, scratch),
      ...logSumExpDispatches(teacher!, teacherLse!, axis, scale, scratch),
      ...mapWeightDispatches({ mask, ...weightOf(attrs, axis) }, weight!, scratch),
      dispatch(spatialKlKernel, { ...axis, splits, scale }, [student!, teacher!, studentLse!, teacherLse!, weight!], [partial]),
      ...sumAllDispatches(partial, loss!, 1, scratch),
    ];
  },
  vjp({ inputs: [student, teacher], outputs: [, studentLse, teacherLse, weight], attrs }, [dy], [needStudent]) {
    if (!needStudent) return [];
    return [record(spatialKlGradOp, [student!, teacher!, studentLse!, teacherLse!, weight!, dy!], attrs)[0]!];
  },
};

/** Gradient of {@link spatialKl}'s student: student, teacher, their log-sum-exps, weights [n,k], dy [] → [n,h,w,k]. */
export const spatialKlGradOp: Op<SpatialKlAttrs> = {
  name: "spatialKlGrad",
  infer: ([student]) => [{ shape: student!.shape, dtype: "f32" }],
  lower({ inputs, outputs, attrs }) {
    const axis = heatmapAxis("spatialKlGrad", inputs[0]!);
    return [dispatch(spatialKlGradKernel, { ...axis, splits: axisSlices(axis.length), scale: scaleOf(attrs) }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

/** What heatmaps are multiplied by to become logits. */
function scaleOf({ logitScale, temperature }: SpatialKlAttrs): number {
  return logitScale / temperature;
}

function weightOf(
  { temperature, normalization }: SpatialKlAttrs,
  { outer }: Axis,
): { readonly scale: number; readonly normalize: boolean } {
  const square = temperature ** 2;
  return normalization === "batch" ? { scale: square / outer, normalize: false } : { scale: square, normalize: true };
}
