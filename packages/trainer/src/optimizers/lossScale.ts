import { allFinite, type Graph, namedVariable, scaledStep, type Tensor, type Variable } from "@kindling/autograd";
import type { UpdateRule } from "./updateRule.ts";

/** PyTorch's first scale (torch.amp.GradScaler); growth by 2 after 2,000 good steps and backoff by ½ are the defaults of `scaledStep`. */
export const initialLossScale = 65_536;

/**
 * Skipped steps whose scalars are told apart. 65,536 halved so often is below 10⁻⁴, and an overflow now and then later on finds bias
 * corrections that are 1.
 */
const rows = 32;

/** State of a run whose gradients are stored as f16: [scale, good steps since it last changed, all skipped steps], as `scaledStep` has it. */
export function createLossScale(): Variable {
  return namedVariable("lossScale", { shape: [3], role: "state", init: () => Float32Array.of(initialLossScale, 0, 0) });
}

/** The step of a rule under a loss scale: its scalars, with what unscales and skips behind them, and whether no gradient overflowed. */
export interface ScaledScalars {
  /** [scalars of the rule + 2] */
  readonly scalars: Tensor;
  /** [], 1 or 0. */
  readonly finite: Tensor;
}

/** Records the decision over a step, on the input `step` of {@link scaledStepTable}. */
export function recordScaledStep(
  graph: Graph,
  rule: UpdateRule,
  gradients: readonly [Tensor, ...Tensor[]],
  lossScale: Variable,
): ScaledScalars {
  const finite = allFinite(gradients);
  return { scalars: scaledStep(graph.input("step", [rows, rule.scalars], "f32"), finite, graph.use(lossScale)), finite };
}

/**
 * What the rule needs in step t for every number of steps that may have been skipped before it, which the GPU alone knows: an optimiser
 * counts the steps that it took. The learning rate is that of t.
 */
export function scaledStepTable(rule: UpdateRule, learningRate: number, t: number): number[] {
  return Array.from({ length: rows }, (_, skipped) => rule.stepScalars(learningRate, Math.max(1, t - skipped))).flat();
}
