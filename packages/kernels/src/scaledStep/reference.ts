import type { Reference } from "../reference.ts";
import type { ScaledStepProblem } from "./scaledStep.ts";

/** What the kernel scaledStep leaves. */
export interface ScaledStepReference {
  readonly lossScale: Reference;
  readonly stepScalars: Reference;
}

/** The rule of torch.amp.GradScaler (its `update`), and the row of `steps` for the steps that were skipped before, in float64. */
export function scaledStepReference(
  p: ScaledStepProblem,
  steps: Float64Array,
  finite: number,
  [scale = 0, goodSteps = 0, skippedSteps = 0]: ArrayLike<number> & Iterable<number>,
): ScaledStepReference {
  const first = Math.min(skippedSteps, p.rows - 1) * p.scalars;
  const moved =
    finite === 0
      ? [Math.max(scale * p.backoffFactor, 2 ** -64), 0, skippedSteps + 1]
      : goodSteps + 1 >= p.growthInterval
        ? [Math.min(scale * p.growthFactor, 2 ** 64), 0, skippedSteps]
        : [scale, goodSteps + 1, skippedSteps];
  return {
    lossScale: exact(moved),
    stepScalars: exact([...steps.slice(first, first + p.scalars), 1 / scale, finite]),
  };
}

function exact(values: readonly number[]): Reference {
  const value = Float64Array.from(values);
  return { value, magnitude: value.map(Math.abs), terms: 1 };
}
