import { adamwUpdate, clipByGlobalNorm, Graph, globalNorm, type ParameterStore, type Tensor } from "@kindling/autograd";
import type { OptimizerRecipe } from "../recipe.ts";

/** Scalars that change every step, at the head of the `step` input: the learning rate and AdamW's bias corrections. */
export const adamwScalars = 3;

/** What the update needs to know of step t = 1, 2, …, computed in float64: [learning rate, 1 − β1^t, 1 − β2^t]. */
export function adamwStepScalars(optimizer: OptimizerRecipe, learningRate: number, t: number): readonly number[] {
  return [learningRate, 1 - optimizer.betas[0] ** t, 1 - optimizer.betas[1] ** t];
}

/** The program of an update: reads the gradient arena, overwrites parameters and moments, one dispatch a segment. */
export function recordUpdate(store: ParameterStore, optimizer: OptimizerRecipe): { readonly graph: Graph; readonly norm: Tensor } {
  const graph = new Graph();
  const step = graph.input("step", [adamwScalars], "f32");
  const gradients = store.segments.map((segment) => graph.use(segment.gradients));
  const [first, ...rest] = gradients;
  if (!first) throw new Error("nothing is trained: no parameter of the recipe's networks is trainable");
  const norm = globalNorm([first, ...rest]);
  if (optimizer.clipNorm !== undefined) clipByGlobalNorm(gradients, norm, optimizer.clipNorm);
  const [expAvg, expAvgSq] = [store.slot("exp_avg"), store.slot("exp_avg_sq")];
  for (const [i, { parameters, group }] of store.segments.entries()) {
    adamwUpdate(graph.use(parameters), gradients[i]!, graph.use(expAvg[i]!), graph.use(expAvgSq[i]!), step, {
      beta1: optimizer.betas[0],
      beta2: optimizer.betas[1],
      epsilon: optimizer.epsilon,
      weightDecay: group.weightDecay ? optimizer.weightDecay : 0,
      learningRateFactor: group.learningRateFactor,
    });
  }
  return { graph, norm };
}
