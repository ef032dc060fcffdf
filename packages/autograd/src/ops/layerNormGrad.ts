import type { Aval } from "@kindling/gpu";
import { layerNormInputGradKernel, layerNormWeightGradKernel, sumRowsSplits, sumSplitsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { axisOf } from "./axisOf.ts";

/** Gradient of layer norm's x: dy, x [… , c], mean, rstd (one a row), weight [c] → [… , c]. */
export function layerNormInputGrad(dy: Tensor, x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor): Tensor {
  return record(layerNormInputGradOp, [dy, x, mean, rstd, weight], {})[0]!;
}

/** Gradients of layer norm's weight and bias: dy, x [… , c], mean, rstd (one a row) → [c], [c]. */
export function layerNormWeightGrad(dy: Tensor, x: Tensor, mean: Tensor, rstd: Tensor): readonly [dweight: Tensor, dbias: Tensor] {
  const [dweight, dbias] = record(layerNormWeightGradOp, [dy, x, mean, rstd], {});
  return [dweight!, dbias!];
}

/** The rule object of {@link layerNormInputGrad}. */
export const layerNormInputGradOp: Op<object> = {
  name: "layerNormInputGrad",
  infer: ([dy]) => [{ shape: dy!.shape, dtype: dy!.dtype }],
  lower({ inputs, outputs }) {
    const { outer: rows, length } = axisOf("layerNormInputGrad", inputs[0]!, "last");
    return [dispatch(layerNormInputGradKernel, { rows, length }, inputs, outputs)];
  },
  vjp: "not differentiable",
};

/** The rule object of {@link layerNormWeightGrad}. */
export const layerNormWeightGradOp: Op<object> = {
  name: "layerNormWeightGrad",
  infer([dy]) {
    const gradient: Aval = { shape: dy!.shape.slice(-1), dtype: "f32" };
    return [gradient, gradient];
  },
  lower({ inputs, outputs: [dweight, dbias], scratch }) {
    const { outer: rows, length } = axisOf("layerNormWeightGrad", inputs[0]!, "last");
    const splits = sumRowsSplits(rows, length);
    const partial = (): Aval => scratch({ shape: [splits, length], dtype: "f32" });
    const [partialWeight, partialBias] = [partial(), partial()];
    const sum = { splits, size: length };
    return [
      dispatch(layerNormWeightGradKernel, { rows, length, splits }, inputs, [partialWeight, partialBias]),
      dispatch(sumSplitsKernel, sum, [partialWeight], [dweight!]),
      dispatch(sumSplitsKernel, sum, [partialBias], [dbias!]),
    ];
  },
  vjp: "not differentiable",
};
