import { ShapeError, sizeOf } from "@kindling/gpu";
import { accumulateKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/**
 * Appends sums = values + sums where keep > 0, and sums = values where not, whatever they held: overwrites the variable sums, reads values of
 * its shape and keep []. Gradients of the parts of a batch are summed so, a whole arena in one dispatch.
 * @throws ShapeError when sums and values differ in shape or keep is no scalar, Error when sums is no variable.
 */
export function accumulate(sums: Tensor, values: Tensor, keep: Tensor): void {
  record(accumulateOp, [sums, values, keep], {});
}

/** The rule object of {@link accumulate}. */
export const accumulateOp: Op<object> = {
  name: "accumulate",
  mutates: [0],
  infer([sums, values, keep]) {
    inferSameShape("accumulate", [sums!, values!]);
    if (keep!.shape.length !== 0) throw new ShapeError("accumulate", "keep must be a scalar", keep!);
    return [];
  },
  lower: ({ inputs: [sums, values, keep] }) => [dispatch(accumulateKernel, { size: sizeOf(sums!.shape) }, [values!, keep!], [sums!])],
  vjp: "not differentiable",
};
