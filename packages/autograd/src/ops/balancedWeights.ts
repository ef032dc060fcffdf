import { ShapeError, sizeOf } from "@kindling/gpu";
import { balancedWeightsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/**
 * Weights of loss terms by how hard their gradients pull: weights, norms [m] → [m], wᵢ · g / gᵢ, g the first norm that is not 0. Weighted gradients are
 * then as large to one another as the weights, and the first term keeps its weight. A term whose norm is 0 keeps its own. No gradient.
 * @throws ShapeError when they are not two vectors of one length.
 */
export function balancedWeights(weights: Tensor, norms: Tensor): Tensor {
  return record(balancedWeightsOp, [weights, norms], {})[0]!;
}

/** The rule object of {@link balancedWeights}. */
export const balancedWeightsOp: Op<object> = {
  name: "balancedWeights",
  infer(inputs) {
    if (inputs[0]!.shape.length !== 1) throw new ShapeError("balancedWeights", "weights and norms must be vectors", ...inputs);
    return inferSameShape("balancedWeights", inputs);
  },
  lower: ({ inputs, outputs }) => [dispatch(balancedWeightsKernel, { size: sizeOf(outputs[0]!.shape) }, inputs, outputs)],
  vjp: "not differentiable",
};
