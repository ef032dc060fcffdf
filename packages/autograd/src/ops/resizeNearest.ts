import type { Shape } from "@kindling/gpu";
import { resizeNearestKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { resizeNearestInputGrad } from "./resizeNearestInputGrad.ts";
import { resizeProblem } from "./resizeProblem.ts";

/**
 * Nearest neighbour to `size` [h,w]: [n,h,w,c] → [n,…size,c]; output o shows input ⌊o · in / out⌋, PyTorch's "nearest" (computed exactly).
 * @throws ShapeError when x is no batch of images or a size is not from 1 to 16,384.
 */
export function resizeNearest(x: Tensor, size: Shape): Tensor {
  return record(resizeNearestOp, [x], { size })[0]!;
}

/** The rule object of {@link resizeNearest}. */
export const resizeNearestOp: Op<{ readonly size: Shape }> = {
  name: "resizeNearest",
  infer([x], { size }) {
    const { batch, outHeight, outWidth, channels } = resizeProblem("resizeNearest", x!, size);
    return [{ shape: [batch, outHeight, outWidth, channels], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs: { size } }) => [
    dispatch(resizeNearestKernel, resizeProblem("resizeNearest", inputs[0]!, size), inputs, outputs),
  ],
  vjp: ({ inputs: [x] }, [dy]) => [resizeNearestInputGrad(dy!, x!.shape)],
};
