import { ShapeError } from "@kindling/gpu";
import { flipKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Images with one axis reversed: [n,h,w,c] → [n,h,w,c]; "width" exchanges left and right. @throws ShapeError when x is no batch of images. */
export function flip(x: Tensor, axis: "height" | "width"): Tensor {
  return record(flipOp, [x], { axis })[0]!;
}

/** The rule object of {@link flip}. */
export const flipOp: Op<{ readonly axis: "height" | "width" }> = {
  name: "flip",
  infer([x]) {
    if (x!.shape.length !== 4) throw new ShapeError("flip", "x must be [n,h,w,c]", x!);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs, outputs, attrs: { axis } }) {
    const [batch = 0, height = 0, width = 0, channels = 0] = inputs[0]!.shape;
    return [dispatch(flipKernel, { batch, height, width, channels, axis }, inputs, outputs)];
  },
  vjp: ({ attrs: { axis } }, [dy]) => [flip(dy!, axis)],
};
