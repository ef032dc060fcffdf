import { sgdMomentumUpdate, sgdUpdate } from "@kindling/autograd";
import type { SgdRecipe } from "../recipe.ts";
import type { SegmentTensors, UpdateRule } from "./updateRule.ts";

/** SGD; without momentum it keeps nothing. The step's scalars are [learning rate, the gradient's share of the momentum buffer]. */
export function sgdRule({ momentum, dampening, nesterov, weightDecay }: SgdRecipe): UpdateRule {
  const attrsOf = ({ group, lossScaled }: SegmentTensors) => ({
    weightDecay: weightDecay * group.weightDecayFactor,
    learningRateFactor: group.learningRateFactor,
    lossScaled,
  });
  return {
    slots: momentum === 0 ? [] : ["momentum_buffer"],
    scalars: 2,
    // In its first step PyTorch copies the gradient to the buffer, whatever the dampening.
    stepScalars: (learningRate, t) => [learningRate, t === 1 ? 1 : 1 - dampening],
    update(segment, stepScalars) {
      const {
        parameters,
        gradients,
        slots: [momentumBuffer],
      } = segment;
      if (!momentumBuffer) sgdUpdate(parameters, gradients, stepScalars, attrsOf(segment));
      else sgdMomentumUpdate(parameters, gradients, momentumBuffer, stepScalars, { ...attrsOf(segment), momentum, nesterov });
    },
  };
}
