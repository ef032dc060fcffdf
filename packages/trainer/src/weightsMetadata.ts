import { isHead } from "@kindling/models";
import type { NetworkRecipe, Recipe } from "./recipe.ts";

/** What a weights file of ours says of its network, so that `evaluate` and `predict` need nothing else. */
export interface WeightsMetadata extends NetworkRecipe {
  /** [height, width] of the network input. */
  readonly input: readonly [number, number];
}

/** Metadata of the student's weights, as safetensors stores it. */
export function weightsMetadata({ student, data }: Recipe): Readonly<Record<string, string>> {
  return networkMetadata(student, data.input);
}

/** Metadata of a network's weights, as safetensors stores it. */
export function networkMetadata(network: NetworkRecipe, input: readonly [number, number]): Readonly<Record<string, string>> {
  const said = Object.entries(networkOnly(network)).map(([key, value]) => [key, String(value)]);
  return { format: "pt", ...Object.fromEntries(said), input: input.join("x") };
}

/** What says which network it is, of an object that may say more; what is not given is left out. */
export function networkOnly({ model, joints, width, refinements, stages, head }: NetworkRecipe): NetworkRecipe {
  return {
    model,
    joints,
    width,
    ...(refinements === undefined ? {} : { refinements }),
    ...(stages === undefined ? {} : { stages }),
    ...(head === undefined ? {} : { head }),
  };
}

/** The metadata of a weights file; null when it is not one of ours. */
export function parseWeightsMetadata(metadata: Readonly<Record<string, string>>): WeightsMetadata | null {
  const { model, joints, width, refinements, stages, head, input } = metadata;
  const size = /^(\d+)x(\d+)$/.exec(input ?? "");
  if (model === undefined || !(Number(joints) > 0) || !(Number(width) > 0) || !size) return null;
  return {
    model,
    joints: Number(joints),
    width: Number(width),
    ...(refinements === undefined ? {} : { refinements: Number(refinements) }),
    ...(stages === undefined ? {} : { stages: Number(stages) }),
    ...(isHead(head) ? { head } : {}),
    input: [Number(size[1]), Number(size[2])],
  };
}
