import { Graph, type Tensor } from "@kindling/autograd";
import { Conv2d, nameModule, type PoseModel } from "@kindling/models";
import { recordImages } from "../images.ts";
import { RecipeError } from "../recipe/recipeError.ts";
import type { Recipe } from "../recipe.ts";
import { isInner } from "./lossTerm.ts";

/**
 * The 1×1 convolutions of the recipe's terms over features: from the channels of the student's tensor to those of the teacher's. The channels are
 * read off a recorded forward pass of the networks, which needs no memory.
 * @throws TapError listing the nearest paths when a term names a tensor that there is not, RecipeError when tensors that are compared without
 * an adapter differ in channels, or a term over features names something else.
 */
export function createAdapters(recipe: Recipe, student: PoseModel, teachers: readonly PoseModel[]): ReadonlyMap<string, Conv2d> {
  const adapters = new Map<string, Conv2d>();
  const terms = recipe.losses.filter(isInner);
  if (terms.length === 0 || teachers.length === 0) return adapters;
  const graph = new Graph();
  for (const model of [student, ...teachers]) model.call(recordImages(graph, 1, recipe.data.input, model.card), "eval");
  for (const term of terms) {
    const [inChannels, outChannels] = [term.student, term.teacher].map((path) => channelsOf(term.name, path, graph.find(path)));
    if (!("adapter" in term)) continue; // it compares features of any channels
    if (term.adapter === "none") {
      if (inChannels === outChannels) continue;
      throw new RecipeError(
        `losses (${term.name}): ${term.student} has ${inChannels} channels and ${term.teacher} ${outChannels}; set adapter: conv1x1`,
      );
    }
    const adapter = new Conv2d(inChannels!, outChannels!, 1);
    nameModule(adapter, `adapter.${term.name}`);
    adapters.set(term.name, adapter);
  }
  return adapters;
}

/** @throws RecipeError for what is not [n,h,w,c]. */
function channelsOf(term: string, path: string, { shape }: Tensor): number {
  if (shape.length === 4) return shape[3]!;
  throw new RecipeError(`losses (${term}): ${path} is [${shape}], and features are compared as [n,h,w,channels]; name another tensor`);
}
