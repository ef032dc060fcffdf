import { ShapeError, sizeOf } from "@kindling/gpu";
import { emaKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/**
 * Appends averages += momentum · (values − averages) on a flat segment: overwrites the variable averages, reads values of its shape and
 * momentum = scalars[index], scalars [m]. The momentum is 1 − decay: `momentum` of mmengine's ExponentialMovingAverage, 1 − `decay` of
 * timm's ModelEmaV3. As torch.lerp: 1, the first step of both, copies the values exactly.
 * @throws ShapeError when averages and values differ in shape or the scalars are no vector with an element `index`, Error when averages
 * is no variable.
 */
export function emaUpdate(averages: Tensor, values: Tensor, scalars: Tensor, index: number): void {
  record(emaUpdateOp, [averages, values, scalars], { index });
}

/** The rule object of {@link emaUpdate}. */
export const emaUpdateOp: Op<{ readonly index: number }> = {
  name: "emaUpdate",
  mutates: [0],
  infer([averages, values, scalars], { index }) {
    inferSameShape("emaUpdate", [averages!, values!]);
    if (scalars!.shape.length !== 1 || !Number.isInteger(index) || index < 0 || index >= scalars!.shape[0]!) {
      throw new ShapeError("emaUpdate", `the scalars must be a vector with an element ${index}`, scalars!);
    }
    return [];
  },
  lower: ({ inputs: [averages, values, scalars], attrs }) => [
    dispatch(emaKernel, { size: sizeOf(averages!.shape), position: attrs.index }, [values!, scalars!], [averages!]),
  ],
  vjp: "not differentiable",
};
