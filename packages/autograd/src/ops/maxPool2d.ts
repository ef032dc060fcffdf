import { maxPool2dKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type MaxPool2dAttrs, type MaxPool2dOptions, maxPool2dProblem } from "./maxPool2dAttrs.ts";
import { maxPool2dInputGrad } from "./maxPool2dInputGrad.ts";

/**
 * The largest value of each window: [n,h,w,c] → [n,ho,wo,c], ho = ⌊(h + 2·padding − kernel) / stride⌋ + 1, or ⌈…⌉ + 1 with `ceilMode`, where
 * PyTorch drops a last window that would start in the padding. NaN wins; of equal values the first takes the gradient.
 * @throws ShapeError when x is no batch of images, the window is larger than 16 or than the padded image, or the padding exceeds half of it.
 */
export function maxPool2d(x: Tensor, options: MaxPool2dOptions): Tensor {
  const attrs: MaxPool2dAttrs = { stride: options.kernel, padding: 0, ceilMode: false, ...options };
  return record(maxPool2dOp, [x], attrs)[0]!;
}

/** The rule object of {@link maxPool2d}: x → y, argmax (see MaxPool2dProblem). */
export const maxPool2dOp: Op<MaxPool2dAttrs> = {
  name: "maxPool2d",
  infer([x], attrs) {
    const { batch, outHeight, outWidth, channels } = maxPool2dProblem(x!, attrs);
    return [
      { shape: [batch, outHeight, outWidth, channels], dtype: x!.dtype },
      { shape: [batch, outHeight, outWidth, Math.ceil(channels / 4)], dtype: "u32" },
    ];
  },
  lower: ({ inputs, outputs, attrs }) => [dispatch(maxPool2dKernel, maxPool2dProblem(inputs[0]!, attrs), inputs, outputs)],
  vjp: ({ inputs: [x], outputs: [, argmax], attrs }, [dy]) => [maxPool2dInputGrad(dy!, argmax!, x!.shape, attrs)],
};
