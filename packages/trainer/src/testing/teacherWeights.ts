import { fileShape, variablesOf } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { createNetwork } from "../createNetwork.ts";
import type { RecipeWeights } from "../networks.ts";
import type { Recipe } from "../recipe.ts";

/** Seeded numbers in the shapes of the recipe's teacher, of a size that keeps values about as large from layer to layer; nothing without one. */
export function teacherWeights({ teacher, data }: Recipe): RecipeWeights {
  if (!teacher) return {};
  const model = createNetwork(teacher, data.input, "");
  const random = createRandom(99);
  const tensors = [...variablesOf(model)].map(([name, variable]) => {
    const shape = fileShape(variable);
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    const spread = shape.length > 1 ? Math.sqrt(3 / inputs) : 0.3;
    const middle = /running_var$|bn\d\.weight$/.test(name) ? 1 : 0;
    return [name, { shape, data: Float32Array.from({ length: shape[0]! * inputs }, () => middle + spread * (2 * random() - 1)) }] as const;
  });
  return { teacher: { source: "teacher", tensors: new Map(tensors) } };
}
