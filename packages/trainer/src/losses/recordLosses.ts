import {
  accumulate,
  add,
  balancedWeights,
  div,
  fill,
  type Graph,
  pullback,
  scaleBy,
  sqrt,
  squaredNorms,
  type Tensor,
  type Variable,
} from "@kindling/autograd";
import { variablesOf } from "@kindling/models";
import { lossScaleOf, type Networks } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import { measuresPulls, termNorms, termWeights } from "../weighting/termMeasures.ts";
import { uncertainLoss } from "../weighting/weighting.ts";
import type { LossContext } from "./lossContext.ts";
import { lossOf } from "./lossOf.ts";
import { studentOperands } from "./lossOperands.ts";
import { isInner } from "./lossTerm.ts";

/** The losses of a step and where their gradients enter the student. */
export interface RecordedLosses {
  /** Every term without its weight, by its name, and "total", []. */
  readonly losses: Readonly<Record<string, Tensor>>;
  /** Tensors of the student that terms look at, each with the gradient of the weighted (in f16 scaled) term: what `pullback` begins with. */
  readonly seeds: readonly (readonly [operand: Tensor, gradient: Tensor])[];
  /** Gradients of what is trained beside the student, in one term each: adapters and uncertainties. */
  readonly beside: ReadonlyMap<Variable, Tensor>;
}

/**
 * Records a recipe's terms on a graph that has the forward passes, and the gradient of each by the student's tensors that it teaches, no further: so a
 * tensor of the student that a term only compares with gets none, and every term's pull is a tensor of its own, whose norm costs a reduction. Inputs
 * `lossWeights` [terms] and, of a recipe that accumulates, `lossShares` [terms].
 */
export function recordLosses(graph: Graph, recipe: Recipe, networks: Networks, context: LossContext): RecordedLosses {
  const from = graph.nodes.length;
  const written = graph.input("lossWeights", [recipe.losses.length], "f32");
  const shares = recipe.accumulate > 1 ? graph.input("lossShares", [recipe.losses.length], "f32") : null;
  const { store, weighting } = networks;
  const weights = weighting.norms ? balancedWeights(written, graph.use(weighting.norms)) : written;
  if (weighting.norms) graph.assign(termWeights(store, recipe), weights);
  const lossScale = lossScaleOf(networks);
  const one = fill(graph, [], 1);
  const others = [...networks.adapters.values()].flatMap((module) => [...variablesOf(module).values()]).concat(weighting.uncertainties);
  const losses: [name: string, loss: Tensor][] = [];
  const weighted: Tensor[] = [];
  const seeds: [operand: Tensor, gradient: Tensor][] = [];
  const pulls: Tensor[][] = [];
  const beside = new Map<Variable, Tensor>();
  for (const [i, term] of recipe.losses.entries()) {
    const whole = lossOf(term, context);
    const loss = shares ? scaleBy(whole, shares, i) : whole;
    const s = weighting.uncertainties[i];
    const counted = scaleBy(s ? uncertainLoss(loss, graph.use(s), recipe.accumulate) : loss, weights, i);
    losses.push([term.name, loss]);
    weighted.push(counted);
    const operands = [...new Set(studentOperands(term, context))];
    const cotangent = lossScale ? scaleBy(one, graph.use(lossScale), 0) : one;
    const gradients = pullback([[counted, cotangent]], [...operands, ...others.map((variable) => graph.use(variable))], { from });
    const ofOperands = operands.map((_, j) => gradients[j]!); // a loss depends on what it teaches
    for (const [j, operand] of operands.entries()) seeds.push([operand, ofOperands[j]!]);
    pulls.push(isInner(term) ? [] : ofOperands);
    for (const [j, variable] of others.entries()) {
      const gradient = gradients[operands.length + j];
      if (gradient) beside.set(variable, gradient);
    }
  }
  if (measuresPulls(recipe)) recordNorms(graph, recipe, networks, pulls);
  return { losses: { ...Object.fromEntries(losses), total: weighted.reduce(add) }, seeds, beside };
}

/** Leaves the norm of each term's pull in `termNorms`, of a batch in parts that of all parts so far: their samples differ, so squares add up. */
function recordNorms(graph: Graph, recipe: Recipe, networks: Networks, pulls: readonly (readonly Tensor[])[]): void {
  const { store } = networks;
  const squares = squaredNorms(graph, pulls);
  const sums = recipe.accumulate > 1 ? graph.use(store.transient("termSquares", squares.shape)) : null;
  if (sums) accumulate(sums, squares, graph.inputs.get("keep") ?? graph.input("keep", [], "f32"));
  const scaled = sqrt(sums ?? squares);
  const lossScale = lossScaleOf(networks);
  const norms = lossScale ? scaleBy(scaled, div(fill(graph, lossScale.shape, 1), graph.use(lossScale)), 0) : scaled;
  graph.assign(termNorms(store, recipe), norms);
}
