import { add, fill, type Graph, pullback, scaleBy, type Tensor, type Variable } from "@kindling/autograd";
import { variablesOf } from "@kindling/models";
import { lossScaleOf, type Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import type { LossContext } from "./lossContext.ts";
import { lossOf } from "./lossOf.ts";
import { studentOperands } from "./lossOperands.ts";

/** The losses of a step and where their gradients enter the student. */
export interface RecordedLosses {
  /** Every term without its weight, by its name, and "total", []. */
  readonly losses: Readonly<Record<string, Tensor>>;
  /** Tensors of the student that terms look at, each with the gradient of the weighted (in f16 scaled) term: what `pullback` begins with. */
  readonly seeds: readonly (readonly [operand: Tensor, gradient: Tensor])[];
  /** Gradients of what is trained beside the student, in one term each. */
  readonly ofAdapters: ReadonlyMap<Variable, Tensor>;
}

/**
 * Records a recipe's terms on a graph that has the forward passes, and the gradient of each by the student's tensors that it teaches, no further: so a
 * tensor of the student that a term only compares with gets none, and every term's pull is a tensor of its own. Inputs `lossWeights` [terms] and, of a
 * recipe that accumulates, `lossShares` [terms].
 */
export function recordLosses(graph: Graph, recipe: Recipe, networks: Networks, context: LossContext): RecordedLosses {
  const from = graph.nodes.length;
  const weights = graph.input("lossWeights", [recipe.losses.length], "f32");
  const shares = recipe.accumulate > 1 ? graph.input("lossShares", [recipe.losses.length], "f32") : null;
  const lossScale = lossScaleOf(networks);
  const one = fill(graph, [], 1);
  const beside = [...networks.adapters.values()].flatMap((module) => [...variablesOf(module).values()]);
  const losses: [name: string, loss: Tensor][] = [];
  const weighted: Tensor[] = [];
  const seeds: [operand: Tensor, gradient: Tensor][] = [];
  const ofAdapters = new Map<Variable, Tensor>();
  for (const [i, term] of recipe.losses.entries()) {
    const alone = lossOf(term, context);
    const loss = shares ? scaleBy(alone, shares, i) : alone;
    const counted = scaleBy(loss, weights, i);
    losses.push([term.name, loss]);
    weighted.push(counted);
    const operands = [...new Set(studentOperands(term, context))];
    const cotangent = lossScale ? scaleBy(one, graph.use(lossScale), 0) : one;
    const gradients = pullback([[counted, cotangent]], [...operands, ...beside.map((variable) => graph.use(variable))], { from });
    for (const [j, operand] of operands.entries()) seeds.push([operand, gradients[j]!]); // a loss depends on what it teaches
    for (const [j, variable] of beside.entries()) {
      const gradient = gradients[operands.length + j];
      if (gradient) ofAdapters.set(variable, gradient);
    }
  }
  return { losses: { ...Object.fromEntries(losses), total: weighted.reduce(add) }, seeds, ofAdapters };
}
