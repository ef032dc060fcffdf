import { ShapeError, sizeOf } from "@kindling/gpu";
import { scaleByKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/**
 * x · scalars[index]: a loss term times a weight that changes from step to step. x of any shape, scalars [m]; the scalars get no gradient.
 * @throws ShapeError when the scalars are not a vector with an element `index`.
 */
export function scaleBy(x: Tensor, scalars: Tensor, index: number): Tensor {
  return record(scaleByOp, [x, scalars], { index })[0]!;
}

/** The rule object of {@link scaleBy}. */
export const scaleByOp: Op<{ readonly index: number }> = {
  name: "scaleBy",
  infer([x, scalars], { index }) {
    if (scalars!.shape.length !== 1 || !Number.isInteger(index) || index < 0 || index >= scalars!.shape[0]!) {
      throw new ShapeError("scaleBy", `the scalars must be a vector with an element ${index}`, scalars!);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs }) => [
    dispatch(scaleByKernel, { size: sizeOf(outputs[0]!.shape), position: attrs.index }, inputs, outputs),
  ],
  vjp: ({ inputs: [, scalars], attrs }, [dy]) => [scaleBy(dy!, scalars!, attrs.index), null],
};
