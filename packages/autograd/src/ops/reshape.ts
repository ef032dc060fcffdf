import { type Shape, ShapeError, sizeOf } from "@kindling/gpu";
import { castKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The elements of x, in their order, as another shape. They are copied: each value of a program has memory of its own.
 * @throws ShapeError when the shape has another number of elements.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return record(reshapeOp, [x], { shape })[0]!;
}

/** The rule object of {@link reshape}. */
export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  infer([x], { shape }) {
    if (sizeOf(shape) !== sizeOf(x!.shape)) throw new ShapeError("reshape", `x must have as many elements as [${shape}]`, x!);
    return [{ shape, dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs }) => [dispatch(castKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: ({ inputs: [x] }, [dy]) => [reshape(dy!, x!.shape)],
};
