import type { Shape } from "@kindling/gpu";
import { resizeBilinearInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { resizeProblem } from "./resizeProblem.ts";

/** Gradient of resizeBilinear's input: dy [n,ho,wo,c] → [n,h,w,c] of `shape`. */
export function resizeBilinearInputGrad(dy: Tensor, shape: Shape, alignCorners: boolean): Tensor {
  return record(resizeBilinearInputGradOp, [dy], { shape, alignCorners })[0]!;
}

/** The rule object of {@link resizeBilinearInputGrad}. */
export const resizeBilinearInputGradOp: Op<{ readonly shape: Shape; readonly alignCorners: boolean }> = {
  name: "resizeBilinearInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower({ inputs, outputs, attrs: { alignCorners } }) {
    const problem = resizeProblem("resizeBilinearInputGrad", outputs[0]!, inputs[0]!.shape.slice(1, 3));
    return [dispatch(resizeBilinearInputGradKernel, { ...problem, alignCorners }, inputs, outputs)];
  },
  vjp: "not differentiable",
};
