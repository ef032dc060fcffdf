import { type Aval, ShapeError } from "@kindling/gpu";
import { layerNormKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { axisOf } from "./axisOf.ts";
import { fill } from "./fill.ts";
import { layerNormInputGrad, layerNormWeightGrad } from "./layerNormGrad.ts";

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Normalises each row of x [… , c] by its own mean and variance (Ba et al. 2016, "Layer Normalization"); weight, bias [c], 1 and 0 where null.
 * y = (x − mean) / √(variance + epsilon) · weight + bias, the variance the biased one, as torch.nn.functional.layer_norm over the last axis.
 * @throws ShapeError when x has no axis, or weight or bias not one value for each element of it.
 */
export function layerNorm(x: Tensor, weight: Tensor | null, bias: Tensor | null, options: LayerNormOptions = {}): Tensor {
  const perElement = x.shape.slice(-1);
  const operands = [x, weight ?? fill(x.graph, perElement, 1), bias ?? fill(x.graph, perElement, 0)] as const;
  return record(layerNormOp, operands, { epsilon: options.epsilon ?? 1e-5 })[0]!;
}

/** The rule object of {@link layerNorm}; further outputs, for the gradient: mean and 1 / √(variance + epsilon) of each row, f32. */
export const layerNormOp: Op<Required<LayerNormOptions>> = {
  name: "layerNorm",
  infer([x, weight, bias]) {
    const { outer: rows, length } = axisOf("layerNorm", x!, "last");
    if ([weight!, bias!].some(({ shape }) => shape.length !== 1 || shape[0] !== length)) {
      throw new ShapeError("layerNorm", `weight and bias must have ${length} values, one for each of a row`, x!, weight!, bias!);
    }
    const statistic: Aval = { shape: [rows], dtype: "f32" };
    return [{ shape: x!.shape, dtype: x!.dtype }, statistic, statistic];
  },
  lower({ inputs, outputs, attrs: { epsilon } }) {
    const { outer: rows, length } = axisOf("layerNorm", inputs[0]!, "last");
    return [dispatch(layerNormKernel, { rows, length, epsilon }, inputs, outputs)];
  },
  vjp({ inputs: [x, weight], outputs: [, mean, rstd] }, [dy], [needX, needWeight, needBias]) {
    const [dweight, dbias] = needWeight || needBias ? layerNormWeightGrad(dy!, x!, mean!, rstd!) : [];
    return [needX ? layerNormInputGrad(dy!, x!, mean!, rstd!, weight!) : null, dweight ?? null, dbias ?? null];
  },
};
