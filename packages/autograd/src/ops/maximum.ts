import type { Aval } from "@kindling/gpu";
import { maximumGradKernel, maximumKernel, maximumOtherGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastDispatch, inferBroadcast } from "./broadcast.ts";
import { sumToShape } from "./sumToShape.ts";

/**
 * The larger of a and b, element by element, NaN where either is; b of a's shape or broadcasting to it. Stored as a. Equal elements share the
 * gradient in halves, as in PyTorch.
 * @throws ShapeError when b does not broadcast to a.
 */
export function maximum(a: Tensor, b: Tensor): Tensor {
  return record(maximumOp, [a, b], {})[0]!;
}

/** The rule object of {@link maximum}. */
export const maximumOp: Op<object> = {
  name: "maximum",
  infer: (inputs) => inferBroadcast("maximum", inputs),
  lower: ({ inputs, outputs }) => [broadcastDispatch(maximumKernel, inputs, outputs)],
  vjp: ({ inputs: [a, b] }, [dy], [needA, needB]) => [
    needA ? record(maximumGradOp, [dy!, a!, b!], { of: "a" })[0]! : null,
    needB ? sumToShape(record(maximumGradOp, [dy!, a!, b!], { of: "b" })[0]!, b!) : null,
  ],
};

/** Gradient of {@link maximumOp}: dy, a, b → what of dy belongs to a, or to b before it is summed; of the shape of a. */
export const maximumGradOp: Op<{ readonly of: "a" | "b" }> = {
  name: "maximumGrad",
  infer: ([, a]): readonly Aval[] => [{ shape: a!.shape, dtype: a!.dtype }],
  lower: ({ inputs, outputs, attrs }) => [
    broadcastDispatch(attrs.of === "a" ? maximumGradKernel : maximumOtherGradKernel, inputs, outputs),
  ],
  vjp: "not differentiable",
};
