import { accumulate, fill, Graph, pullback, type Tensor } from "@kindling/autograd";
import { targetShapes } from "@kindling/pose";
import { gradientSums } from "./gradientSums.ts";
import { recordLosses } from "./losses/recordLosses.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import { predictionOf } from "./predictionOf.ts";
import type { Recipe } from "./recipe.ts";
import { recordTeachers } from "./recordTeachers.ts";
import { targetCodecOf } from "./targetCodecOf.ts";

/** The program that runs once a micro-batch, to be compiled. */
export interface RecordedGradients {
  readonly graph: Graph;
  /** Every loss term without its weight, and "total", []; of a batch in parts, their sums over the parts run so far. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Forward passes, weighted losses and the backward pass; each gradient lands in the store's gradient arena. What the teachers at the paths in
 * `keptTeachers` say is an input, which `TeacherHeatmaps` has.
 *
 * Of a recipe that accumulates, the graph is that of one part of the batch: each loss counts by its share in the whole batch's (`lossShares`),
 * and losses and gradients are added to sums, which the first part begins anew (`keep` 0). What the update then reads is `gradientSums`.
 */
export function recordGradients(recipe: Recipe, networks: Networks, keptTeachers: readonly string[]): RecordedGradients {
  const { input } = recipe.data;
  const { joints } = recipe.student;
  const batchSize = microBatchSize(recipe);
  const { student, adapters, store, trained, precision } = networks;
  const graph = new Graph();
  const shapes = targetShapes(targetCodecOf(recipe.data), { height: input[0], width: input[1] }, joints);
  const targets = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, [batchSize, ...shape], "f32")]),
  );
  const context = {
    student: predictionOf(graph, student, { path: "student", card: student.card, batchSize, input, seen: input, precision }),
    teachers: recordTeachers(graph, recipe, networks, keptTeachers),
    targets,
    everyJoint: () => fill(graph, [batchSize, joints], 1),
    tap: (path: string) => graph.find(path),
    adapters,
  };
  const inParts = recipe.accumulate > 1;
  const { losses, seeds, beside } = recordLosses(graph, recipe, networks, context);
  const ofNetworks = pullback(
    seeds,
    trained.map((variable) => graph.use(variable)),
  );
  for (const [i, variable] of trained.entries()) {
    graph.assign(store.gradientOf(variable), beside.get(variable) ?? ofNetworks[i] ?? fill(graph, variable.shape, 0));
  }
  return { graph, outputs: inParts ? recordSums(graph, networks, losses) : losses };
}

/** Adds the losses and, a segment a dispatch, the gradients to their sums; the sums of the losses. */
function recordSums(graph: Graph, { store }: Networks, losses: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const keep = graph.inputs.get("keep") ?? graph.input("keep", [], "f32");
  const lossSums = Object.entries(losses).map(([name, loss]): readonly [string, Tensor] => {
    const sum = graph.use(store.transient(`lossSum.${name}`, []));
    accumulate(sum, loss, keep);
    return [name, sum];
  });
  for (const [i, sum] of gradientSums(store).entries()) accumulate(graph.use(sum), graph.use(store.segments[i]!.gradients), keep);
  return Object.fromEntries(lossSums);
}
