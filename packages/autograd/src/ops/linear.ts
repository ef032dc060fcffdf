import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type Conv2dProblem, conv2dBiasKernel, conv2dInputGradKernel, conv2dKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { weightGradDispatches } from "./conv2dWeightGrad.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";
import { sumOverPixels } from "./sumOverPixels.ts";

/**
 * x · weight + bias over the last axis: x [...,in] of at least two axes, weight [in,out], bias [out] or none → [...,out].
 * Computed as a 1×1 convolution, whose weight gradient is split over rows.
 * @throws ShapeError when the sizes of x, weight and bias disagree.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  return record(linearOp, bias ? [x, weight, bias] : [x, weight], {})[0]!;
}

/** The rule object of {@link linear}. */
export const linearOp: Op<object> = {
  name: "linear",
  infer([x, weight, bias]) {
    const [inSize, outSize = 0] = weight!.shape;
    if (x!.shape.length < 2 || weight!.shape.length !== 2 || x!.shape.at(-1) !== inSize) {
      throw new ShapeError("linear", "x must be [...,in] of two axes or more and weight [in,out]", x!, weight!);
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== outSize)) {
      throw new ShapeError("linear", `the bias must have one value for each of ${outSize} outputs`, bias);
    }
    return [{ shape: [...x!.shape.slice(0, -1), outSize], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs }) => [
    dispatch(
      inputs.length === 3 ? conv2dBiasKernel : conv2dKernel,
      { ...convolutionOf(inputs[0]!, inputs[1]!.shape), activation: "none" },
      inputs,
      outputs,
    ),
  ],
  vjp: ({ inputs: [x, weight] }, [dy], [needX, needWeight, needBias]) => [
    needX ? record(linearInputGradOp, [dy!, weight!], { shape: x!.shape })[0]! : null,
    needWeight ? record(linearWeightGradOp, [dy!, x!], { shape: weight!.shape })[0]! : null,
    needBias ? sumOverPixels(dy!) : null,
  ],
};

/** Gradient of {@link linear}'s input: dy [...,out], weight [in,out] → [...,in] of `shape`. */
export const linearInputGradOp: Op<{ readonly shape: Shape }> = {
  name: "linearInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower: ({ inputs, outputs }) => [
    dispatch(conv2dInputGradKernel, { ...convolutionOf(outputs[0]!, inputs[1]!.shape), accumulate: false }, inputs, outputs),
  ],
  vjp: "not differentiable",
};

/** Gradient of {@link linear}'s weight: dy [...,out], x [...,in] → [in,out] of `shape`. */
export const linearWeightGradOp: Op<{ readonly shape: Shape }> = {
  name: "linearWeightGrad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ({ inputs: [dy, x], outputs: [weightGrad], attrs, scratch }) =>
    weightGradDispatches(convolutionOf(x!, attrs.shape), dy!, x!, weightGrad!, scratch),
  vjp: "not differentiable",
};

/** Rows of x as images of up to 16 pixels: the gradient of the weight splits its sums between images and loops over the pixels of each. */
function convolutionOf(x: Aval, [, outChannels = 0]: Shape): Conv2dProblem {
  const { rows, channels: inChannels } = rowsAndChannels(x);
  let pixels = 16;
  while (rows % pixels !== 0) pixels /= 2;
  return {
    batch: rows / pixels,
    height: 1,
    width: pixels,
    inChannels,
    outHeight: 1,
    outWidth: pixels,
    outChannels,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: 1,
    yChannels: outChannels,
    yOffset: 0,
  };
}
