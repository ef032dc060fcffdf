import { clipByGlobalNorm, Graph, globalNorm, type ParameterStore, type Tensor } from "@kindling/autograd";
import type { OptimizerRecipe } from "../recipe.ts";
import { updateRuleOf } from "./updateRule.ts";

/**
 * The program of an update: reads the gradient arena and the input `step`, the rule's scalars; overwrites parameters and slots, one dispatch
 * a segment. `norm` [] is the gradients' before clipping.
 * @throws Error when the store has no parameter that is trained.
 */
export function recordUpdate(store: ParameterStore, optimizer: OptimizerRecipe): { readonly graph: Graph; readonly norm: Tensor } {
  const rule = updateRuleOf(optimizer);
  const graph = new Graph();
  const stepScalars = graph.input("step", [rule.scalars], "f32");
  const gradients = store.segments.map((segment) => graph.use(segment.gradients));
  const [first, ...rest] = gradients;
  if (!first) throw new Error("nothing is trained: no parameter of the recipe's networks is trainable");
  const norm = globalNorm([first, ...rest]);
  if (optimizer.clipNorm !== undefined) clipByGlobalNorm(gradients, norm, optimizer.clipNorm);
  const slots = rule.slots.map((name) => store.slot(name));
  for (const [i, { parameters, group }] of store.segments.entries()) {
    const segment = { parameters: graph.use(parameters), gradients: gradients[i]!, slots: slots.map((slot) => graph.use(slot[i]!)), group };
    rule.update(segment, stepScalars);
  }
  return { graph, norm };
}
