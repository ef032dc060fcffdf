import { fileShape, type StateDict, variablesOf } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { createNetwork } from "../createNetwork.ts";
import type { RecipeWeights } from "../networks.ts";
import type { NetworkRecipe, Recipe } from "../recipe.ts";
import { teachersOf } from "../teachers.ts";

/** Seeded numbers in the shapes of the recipe's teachers, of a size that keeps values about as large from layer to layer; nothing without one. */
export function teacherWeights(recipe: Recipe): RecipeWeights {
  const weights = teachersOf(recipe).map(
    ({ path, recipe: teacher }, i) => [path, { source: path, tensors: seededTensors(teacher, recipe.data.input, 99 + i) }] as const,
  );
  return { teachers: Object.fromEntries(weights) };
}

function seededTensors(network: NetworkRecipe, input: readonly [number, number], seed: number): StateDict {
  const random = createRandom(seed);
  const tensors = [...variablesOf(createNetwork(network, input, ""))].map(([name, variable]) => {
    const shape = fileShape(variable);
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    const spread = shape.length > 1 ? Math.sqrt(3 / inputs) : 0.3;
    const middle = /running_var$|bn\d\.weight$/.test(name) ? 1 : 0;
    return [name, { shape, data: Float32Array.from({ length: shape[0]! * inputs }, () => middle + spread * (2 * random() - 1)) }] as const;
  });
  return new Map(tensors);
}
