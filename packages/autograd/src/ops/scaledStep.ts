import { ShapeError } from "@kindling/gpu";
import { scaledStepKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** How a loss scale moves; the defaults are those of torch.amp.GradScaler. */
export interface ScaledStepOptions {
  /** Multiplies the scale after so many good steps in a row; default 2. */
  readonly growthFactor?: number;
  /** Multiplies the scale after a step that overflowed; default 0.5. */
  readonly backoffFactor?: number;
  /** Default 2000. */
  readonly growthInterval?: number;
}

/**
 * What an update of scaled gradients needs to know, decided on the GPU: steps [rows, m], finite [] (`allFinite` of the gradients), lossScale
 * [3] → [m + 2]: the row of the steps skipped so far (the last row for more), 1 / scale, and `finite`. lossScale, a variable, holds the
 * scale, the good steps since it last changed and all skipped steps, and is moved. Micikevicius et al. 2018, "Mixed Precision Training", §3.2.
 * @throws ShapeError when the operands have other shapes, Error when lossScale is no variable.
 */
export function scaledStep(steps: Tensor, finite: Tensor, lossScale: Tensor, options: ScaledStepOptions = {}): Tensor {
  const attrs = { growthFactor: 2, backoffFactor: 0.5, growthInterval: 2000, ...options };
  return record(scaledStepOp, [steps, finite, lossScale], attrs)[0]!;
}

/** The rule object of {@link scaledStep}. */
export const scaledStepOp: Op<Required<ScaledStepOptions>> = {
  name: "scaledStep",
  mutates: [2],
  infer([steps, finite, lossScale]) {
    if (steps!.shape.length !== 2 || finite!.shape.length !== 0 || lossScale!.shape.join() !== "3") {
      throw new ShapeError("scaledStep", "steps must be [rows, m], finite a scalar and lossScale [3]", steps!, finite!, lossScale!);
    }
    return [{ shape: [steps!.shape[1]! + 2], dtype: "f32" }];
  },
  lower({ inputs: [steps, finite, lossScale], outputs, attrs }) {
    const [rows = 0, scalars = 0] = steps!.shape;
    return [dispatch(scaledStepKernel, { rows, scalars, ...attrs }, [steps!, finite!], [lossScale!, ...outputs])];
  },
  vjp: "not differentiable",
};
