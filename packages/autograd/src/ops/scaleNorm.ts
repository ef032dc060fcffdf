import { type Aval, ShapeError } from "@kindling/gpu";
import { scaleNormGradKernel, scaleNormKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { axisOf } from "./axisOf.ts";
import { sumAllDispatches } from "./sumAll.ts";

/** Options of {@link scaleNorm}. */
export interface ScaleNormOptions {
  /** Least norm that a row is divided by; default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Scales each row of x [… , c] to the root mean square g [1]: y = g · x / max(‖x‖₂ / √c, epsilon). Where epsilon is the larger one the norm is
 * a constant of the derivative (mmpose, models/utils/rtmcc_block.py, ScaleNorm).
 * @throws ShapeError when x has no axis or g is not [1].
 */
export function scaleNorm(x: Tensor, g: Tensor, options: ScaleNormOptions = {}): Tensor {
  return record(scaleNormOp, [x, g], { epsilon: options.epsilon ?? 1e-5 })[0]!;
}

/** The rule object of {@link scaleNorm}. */
export const scaleNormOp: Op<Required<ScaleNormOptions>> = {
  name: "scaleNorm",
  infer([x, g]) {
    axisOf("scaleNorm", x!, "last");
    if (g!.shape.length !== 1 || g!.shape[0] !== 1) throw new ShapeError("scaleNorm", "g must be a single number, [1]", x!, g!);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs, outputs, attrs: { epsilon } }) {
    const { outer: rows, length } = axisOf("scaleNorm", inputs[0]!, "last");
    return [dispatch(scaleNormKernel, { rows, length, epsilon }, inputs, outputs)];
  },
  vjp: ({ inputs: [x, g], attrs }, [dy]) => record(scaleNormGradOp, [dy!, x!, g!], attrs),
};

/** Gradients of {@link scaleNormOp}: dy, x [… , c], g [1] → [… , c], [1]. */
export const scaleNormGradOp: Op<Required<ScaleNormOptions>> = {
  name: "scaleNormGrad",
  infer: ([dy, , g]) => [
    { shape: dy!.shape, dtype: dy!.dtype },
    { shape: g!.shape, dtype: "f32" },
  ],
  lower({ inputs, outputs: [dx, dg], attrs: { epsilon }, scratch }) {
    const { outer: rows, length } = axisOf("scaleNormGrad", inputs[0]!, "last");
    const share: Aval = scratch({ shape: [rows], dtype: "f32" });
    return [dispatch(scaleNormGradKernel, { rows, length, epsilon }, inputs, [dx!, share]), ...sumAllDispatches(share, dg!, 1, scratch)];
  },
  vjp: "not differentiable",
};
