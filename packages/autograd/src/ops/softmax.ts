import type { Aval } from "@kindling/gpu";
import { axisSlices, axisSplits, softmaxGradKernel, softmaxGradSumsKernel, softmaxKernel, sumSplitsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { axisOf, type DistributionAxis } from "./axisOf.ts";
import { inferSameShape } from "./inferSameShape.ts";
import { logSumExpDispatches } from "./logSumExpDispatches.ts";

/**
 * exp(x) / Σ exp(x), over the pixels of each heatmap of x [n,h,w,k] or over the last axis of any x; safe for any finite x.
 * @throws ShapeError when x is not [n,h,w,k] and the axis is "pixels".
 */
export function softmax(x: Tensor, axis: DistributionAxis = "pixels"): Tensor {
  return record(softmaxOp, [x], { axis, logarithm: false })[0]!;
}

/** x − ln Σ exp(x), otherwise as {@link softmax}. */
export function logSoftmax(x: Tensor, axis: DistributionAxis = "pixels"): Tensor {
  return record(softmaxOp, [x], { axis, logarithm: true })[0]!;
}

/** Options of {@link softmaxOp}. */
export interface SoftmaxAttrs {
  readonly axis: DistributionAxis;
  readonly logarithm: boolean;
}

/** The rule object of {@link softmax} and {@link logSoftmax}; further output, for the gradient: the log-sum-exp of each distribution, f32. */
export const softmaxOp: Op<SoftmaxAttrs> = {
  name: "softmax",
  infer([x], { axis }) {
    const { outer, inner } = axisOf("softmax", x!, axis);
    return [
      { shape: x!.shape, dtype: x!.dtype },
      { shape: [outer, inner], dtype: "f32" },
    ];
  },
  lower({ inputs: [x], outputs: [y, logSumExp], attrs, scratch }) {
    const axis = axisOf("softmax", x!, attrs.axis);
    return [
      ...logSumExpDispatches(x!, logSumExp!, axis, 1, scratch),
      dispatch(softmaxKernel, { ...axis, splits: axisSlices(axis.length), logarithm: attrs.logarithm }, [x!, logSumExp!], [y!]),
    ];
  },
  vjp: ({ inputs: [x], outputs: [, logSumExp], attrs }, [dy]) => [record(softmaxGradOp, [x!, logSumExp!, dy!], attrs)[0]!],
};

/** Gradient of {@link softmaxOp}: x, its log-sum-exp, dy → dx. */
export const softmaxGradOp: Op<SoftmaxAttrs> = {
  name: "softmaxGrad",
  infer: ([x, , dy]) => inferSameShape("softmaxGrad", [x!, dy!]),
  lower: (call) => softmaxGradDispatches(call),
  vjp: "not differentiable",
};

function softmaxGradDispatches({ inputs, outputs, attrs, scratch }: LowerCall<SoftmaxAttrs>): Dispatch[] {
  const axis = axisOf("softmaxGrad", inputs[0]!, attrs.axis);
  const { logarithm } = attrs;
  const splits = axisSplits(axis.outer, axis.length, axis.inner);
  const maps: Aval = { shape: [axis.outer, axis.inner], dtype: "f32" };
  const sums = scratch(maps);
  const partial = splits === 1 ? sums : scratch({ shape: [splits, ...maps.shape], dtype: "f32" });
  return [
    dispatch(softmaxGradSumsKernel, { ...axis, splits, logarithm }, inputs, [partial]),
    ...(splits === 1 ? [] : [dispatch(sumSplitsKernel, { splits, size: axis.outer * axis.inner }, [partial], [sums])]),
    dispatch(softmaxGradKernel, { ...axis, splits: axisSlices(axis.length), logarithm }, [...inputs, sums], outputs),
  ];
}
