import type { Shape } from "@kindling/gpu";
import { resizeNearestInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { resizeProblem } from "./resizeProblem.ts";

/** Gradient of resizeNearest's input: dy [n,ho,wo,c] → [n,h,w,c] of `shape`. */
export function resizeNearestInputGrad(dy: Tensor, shape: Shape): Tensor {
  return record(resizeNearestInputGradOp, [dy], { shape })[0]!;
}

/** The rule object of {@link resizeNearestInputGrad}. */
export const resizeNearestInputGradOp: Op<{ readonly shape: Shape }> = {
  name: "resizeNearestInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower({ inputs, outputs }) {
    const problem = resizeProblem("resizeNearestInputGrad", outputs[0]!, inputs[0]!.shape.slice(1, 3));
    return [dispatch(resizeNearestInputGradKernel, problem, inputs, outputs)];
  },
  vjp: "not differentiable",
};
