import type { ParameterGroup, Tensor } from "@kindling/autograd";
import type { OptimizerRecipe } from "../recipe.ts";
import { adamRule } from "./adam.ts";
import { sgdRule } from "./sgd.ts";

/** One segment of the store as tensors of the update's graph. */
export interface SegmentTensors {
  readonly parameters: Tensor;
  readonly gradients: Tensor;
  /** The rule's slots, in its order. */
  readonly slots: readonly Tensor[];
  readonly group: ParameterGroup;
  /** Whether the gradients are those of a scaled loss, and stepScalars come from `scaledStep`. */
  readonly lossScaled: boolean;
}

/** How an optimiser updates parameters. */
export interface UpdateRule {
  /** What it keeps beside each parameter from step to step, zeros before the first, named as in PyTorch's state. */
  readonly slots: readonly string[];
  /** Count of the {@link stepScalars}. */
  readonly scalars: number;
  /** What the update needs to know of step t = 1, 2, …, computed in float64; the learning rate comes first. */
  stepScalars(learningRate: number, t: number): readonly number[];
  /** Records one dispatch that overwrites a segment's parameters and slots; stepScalars [scalars], or [scalars + 2] of a scaled loss, are those of the step. */
  update(segment: SegmentTensors, stepScalars: Tensor): void;
}

/** The rule of a recipe's optimiser. */
export function updateRuleOf(optimizer: OptimizerRecipe): UpdateRule {
  switch (optimizer.kind) {
    case "adam":
    case "adamw":
      return adamRule(optimizer);
    case "sgd":
      return sgdRule(optimizer);
    default:
      return optimizer satisfies never;
  }
}
