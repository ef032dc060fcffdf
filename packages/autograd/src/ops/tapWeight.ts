import { type Shape, ShapeError } from "@kindling/gpu";
import { type TapWeightProblem, tapWeightGradKernel, tapWeightKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Weight of the 1×1 convolution that computes the taps of a 3×3 one: [3,3,ci,co] → [1,1,ci,3·c]; c channels for each column of the kernel, namely
 * co for each of its rows, then zeros up to whole vec4.
 * @throws ShapeError when the weight is not 3×3.
 */
export function tapWeight(weight: Tensor): Tensor {
  return record(tapWeightOp, [weight], {})[0]!;
}

/** The rule object of {@link tapWeight}. */
export const tapWeightOp: Op<object> = {
  name: "tapWeight",
  infer([weight]) {
    const [kernelHeight, kernelWidth] = weight!.shape;
    if (weight!.shape.length !== 4 || kernelHeight !== 3 || kernelWidth !== 3) {
      throw new ShapeError("tapWeight", "the weight must be [3,3,ci,co]", weight!);
    }
    const { inChannels, columnChannels } = problemOf(weight!.shape);
    return [{ shape: [1, 1, inChannels, 3 * columnChannels], dtype: weight!.dtype }];
  },
  lower: ({ inputs, outputs }) => [dispatch(tapWeightKernel, problemOf(inputs[0]!.shape), inputs, outputs)],
  vjp: ({ inputs: [weight] }, [dy]) => [record(tapWeightGradOp, [dy!], { shape: weight!.shape })[0]!],
};

/** Gradient of {@link tapWeight}'s input: the same values in the order of `shape`, without the padding. */
export const tapWeightGradOp: Op<{ readonly shape: Shape }> = {
  name: "tapWeightGrad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ({ inputs, outputs, attrs: { shape } }) => [dispatch(tapWeightGradKernel, problemOf(shape), inputs, outputs)],
  vjp: "not differentiable",
};

function problemOf([, , inChannels = 0, outChannels = 0]: Shape): TapWeightProblem {
  return { inChannels, outChannels, columnChannels: 4 * Math.ceil((3 * outChannels) / 4) };
}
