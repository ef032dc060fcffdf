import {
  clipByGlobalNorm,
  Graph,
  globalNorm,
  type ParameterStore,
  scaleBy,
  type Tensor,
  trackNorms,
  type Variable,
} from "@kindling/autograd";
import { gradientSums } from "../gradientSums.ts";
import type { Recipe } from "../recipe.ts";
import type { TermBalance } from "../weighting/termMeasures.ts";
import { recordScaledStep, scaledStepTable } from "./lossScale.ts";
import { updateRuleOf } from "./updateRule.ts";
import { averagingAt, recordAverage } from "./weightAverage.ts";

/** The program of an update, to be compiled. */
export interface RecordedUpdate {
  readonly graph: Graph;
  /** `norm` []: the gradients' before clipping; with a loss scale also `lossScale`, first its scale, and `finite` [], 0 in a skipped step. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The inputs of step t = 1, 2, …, by name. */
  inputsAt(learningRate: number, t: number): Readonly<Record<string, Float32Array<ArrayBuffer>>>;
}

/**
 * Records an update: reads the gradient arena (of a recipe that accumulates, the sums of it) and the input `step`, overwrites parameters and
 * slots, one dispatch a segment; then, where the recipe has `ema`, the averages, and
 * with a `balance` of loss terms, the averaged norms of their gradients. With a loss scale, the gradients are of the scaled loss: they are unscaled, and where one is not finite the
 * step changes nothing but the scale.
 * @throws Error when the store has no parameter that is trained.
 */
export function recordUpdate(
  store: ParameterStore,
  { optimizer, accumulate, ema }: Pick<Recipe, "optimizer" | "accumulate" | "ema">,
  lossScale: Variable | null,
  balance: TermBalance | null = null,
): RecordedUpdate {
  const rule = updateRuleOf(optimizer);
  const graph = new Graph();
  const arena = accumulate > 1 ? gradientSums(store) : store.segments.map((segment) => segment.gradients);
  const [first, ...rest] = arena.map((variable) => graph.use(variable));
  if (!first) throw new Error("nothing is trained: no parameter of the recipe's networks is trainable");
  const gradients = [first, ...rest] as const;
  const scaled = lossScale && recordScaledStep(graph, rule, gradients, lossScale);
  const stepScalars = scaled?.scalars ?? graph.input("step", [rule.scalars], "f32");
  const norm = scaled ? scaleBy(globalNorm(gradients), scaled.scalars, rule.scalars) : globalNorm(gradients);
  // What lies between the gradients in their arena is written by nothing else: NaN there would stay for ever.
  if (optimizer.clipNorm !== undefined) clipByGlobalNorm(gradients, norm, optimizer.clipNorm, { finiteOnly: scaled !== null });
  const slots = rule.slots.map((name) => store.slot(name));
  for (const [i, { parameters, group }] of store.segments.entries()) {
    const ofSegment = {
      parameters: graph.use(parameters),
      gradients: gradients[i]!,
      slots: slots.map((slot) => graph.use(slot[i]!)),
      group,
    };
    rule.update({ ...ofSegment, lossScaled: scaled !== null }, stepScalars);
  }
  if (ema) recordAverage(graph, store);
  if (balance) trackNorms(graph.use(balance.norms), graph.use(balance.measured), graph.use(balance.weights), balance);
  return {
    graph,
    outputs: lossScale && scaled ? { norm, lossScale: graph.use(lossScale), finite: scaled.finite } : { norm },
    inputsAt: (learningRate, t) => ({
      step: Float32Array.from(scaled ? scaledStepTable(rule, learningRate, t) : rule.stepScalars(learningRate, t)),
      ...(ema ? { averaging: Float32Array.of(averagingAt(ema, t)) } : {}),
    }),
  };
}
