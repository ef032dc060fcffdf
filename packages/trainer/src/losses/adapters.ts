import { Graph } from "@kindling/autograd";
import { Conv2d, nameModule, type PoseModel } from "@kindling/models";
import { recordImages } from "../images.ts";
import type { Recipe } from "../recipe.ts";

/**
 * The 1×1 convolutions of the recipe's feature terms: from the channels of the student's tensor to those of the teacher's. The channels are
 * read off a recorded forward pass of both networks, which needs no memory.
 * @throws TapError listing the nearest paths when a term names a tensor that there is not.
 */
export function createAdapters(recipe: Recipe, student: PoseModel, teacher: PoseModel | null): ReadonlyMap<string, Conv2d> {
  const adapters = new Map<string, Conv2d>();
  const terms = recipe.losses.filter((term) => term.kind === "feature" && term.adapter === "conv1x1");
  if (terms.length === 0 || !teacher) return adapters;
  const graph = new Graph();
  for (const model of [student, teacher]) model.call(recordImages(graph, 1, recipe.data.input, model.card), "eval");
  for (const term of terms) {
    if (term.kind !== "feature") continue;
    const [inChannels, outChannels] = [term.student, term.teacher].map((path) => graph.find(path).shape[3]!);
    const adapter = new Conv2d(inChannels!, outChannels!, 1);
    nameModule(adapter, `adapter.${term.name}`);
    adapters.set(term.name, adapter);
  }
  return adapters;
}
