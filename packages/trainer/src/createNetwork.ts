import { createModel, nameModule, type PoseModel } from "@kindling/models";
import type { NetworkRecipe } from "./recipe.ts";

/**
 * A recipe's network for crops of [height, width], its tree named `root`.
 * @throws ModelError for a name or options that there are not.
 */
export function createNetwork(network: NetworkRecipe, input: readonly [number, number], root: string): PoseModel {
  const { model: name, joints, width, refinements, stages, branches, head } = network;
  const model = createModel(name, {
    joints,
    width,
    input,
    ...(refinements === undefined ? {} : { refinements }),
    ...(stages === undefined ? {} : { stages }),
    ...(branches === undefined ? {} : { branches }),
    ...(head === undefined ? {} : { head }),
  });
  nameModule(model, root);
  return model;
}
