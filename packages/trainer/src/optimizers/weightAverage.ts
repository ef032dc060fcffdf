import { emaUpdate, type Graph, type ParameterStore } from "@kindling/autograd";
import { type PoseModel, variablesOf } from "@kindling/models";
import { createNetwork } from "../createNetwork.ts";
import type { EmaRecipe, Recipe } from "../recipe.ts";

/** What the averages are called in a training state: `average.student.conv1.weight`. */
const name = "average";

/**
 * The student over again, whose variables are the averages of the student's: running statistics too, and what is frozen is the student's own.
 * The averages begin as what the store holds now.
 */
export function createAverage(recipe: Recipe, store: ParameterStore, student: PoseModel): PoseModel {
  store.copies(name);
  // Named as the student, so that what looks at inner tensors by name finds them here.
  const average = createNetwork(recipe.student, recipe.data.input, "student");
  const sources = variablesOf(student);
  for (const [path, variable] of variablesOf(average)) {
    const source = sources.get(path)!; // the same network
    store.share(variable, store.persistent.get(`${name}.${source.name}`) ?? source);
  }
  return average;
}

/** Records that the averages follow what an update and the forward passes wrote: reads the input `averaging` [1], one dispatch a segment. */
export function recordAverage(graph: Graph, store: ParameterStore): void {
  const momentum = graph.input("averaging", [1], "f32");
  for (const { of, copy } of store.copies(name)) emaUpdate(graph.use(copy), graph.use(of), momentum, 0);
}

/**
 * Share of the weights of step t = 1, 2, … in the average: `momentum`, or with `gamma` momentum + (1 − momentum)·exp(−t/gamma), which follows
 * closely at first (mmpose's ExpMomentumEMA, which RTMPose has with 0.0002 and 2000). The first step is copied, as mmengine's.
 */
export function averagingAt({ momentum, gamma }: EmaRecipe, t: number): number {
  if (t === 1) return 1;
  return gamma === undefined ? momentum : momentum + (1 - momentum) * Math.exp(-t / gamma);
}
