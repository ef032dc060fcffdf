import { accumulate, fill, Graph, pullback, resizeBilinear, type Tensor } from "@kindling/autograd";
import { type HeightWidth, outputsOf, type PoseModel } from "@kindling/models";
import { targetShapes } from "@kindling/pose";
import { gradientSums } from "./gradientSums.ts";
import { recordImages } from "./images.ts";
import { nameOutputs } from "./losses/nameOutputs.ts";
import { recordLosses } from "./losses/recordLosses.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { teacherCard } from "./teacherCard.ts";
import { asStudents, taughtMask, teachingOptions } from "./teacherOutputs.ts";
import { trainedOutputs } from "./trainedOutputs.ts";

/** The program that runs once a micro-batch, to be compiled. */
export interface RecordedGradients {
  readonly graph: Graph;
  /** Every loss term without its weight, and "total", []; of a batch in parts, their sums over the parts run so far. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Forward passes, weighted losses and the backward pass; each gradient lands in the store's gradient arena.
 *
 * Of a recipe that accumulates, the graph is that of one part of the batch: each loss counts by its share in the whole batch's (`lossShares`),
 * and losses and gradients are added to sums, which the first part begins anew (`keep` 0). What the update then reads is `gradientSums`.
 */
export function recordGradients(recipe: Recipe, networks: Networks, cachedTeacher: boolean): RecordedGradients {
  const { input, heatmap } = recipe.data;
  const { joints } = recipe.student;
  const batchSize = microBatchSize(recipe);
  const { student, teacher, shared, adapters, store, trained, precision } = networks;
  const graph = new Graph();
  const shapes = targetShapes(targetCodecOf(recipe.data), { height: input[0], width: input[1] }, joints);
  const targets = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, [batchSize, ...shape], "f32")]),
  );
  const predictionOf = (model: PoseModel, role: "student" | "teacher", size: HeightWidth = input): readonly Tensor[] => {
    const card = role === "teacher" ? teacherCard(recipe, model) : model.card;
    const image = recordImages(graph, batchSize, input, card, precision);
    const made = outputsOf(model, size === input ? image : resizeBilinear(image, size), role === "student" ? "train" : "eval");
    nameOutputs(graph, role, model.card.outputs(size), made);
    return trainedOutputs(model.card, size).map((at) => made[at]!);
  };
  const prediction = predictionOf(student, "student");
  // Either in memory, or on disk: then it comes with the batches.
  const isCached = cachedTeacher || recipe.teacher?.cache !== undefined;
  const kept = teacher ? teacher.card.outputs(input)[0]!.shape : [...heatmap, joints]; // heatmaps are one tensor
  const said = isCached
    ? [graph.input("teacher", [batchSize, ...kept], "f32")]
    : teacher && graph.reusing(shared, () => predictionOf(teacher, "teacher", recipe.teacher?.input));
  const teaching = said && teacher ? teachingOptions(recipe, { student: student.card, teacher: teacher.card }) : null;
  const taught = teaching?.joints ? taughtMask(graph, batchSize, teaching.joints) : undefined;
  const context = {
    student: prediction,
    ...(said ? { teacher: teaching ? asStudents(said, teaching) : said } : {}),
    ...(taught ? { taught } : {}),
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
