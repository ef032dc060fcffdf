import { type GraphCosts, graphCosts } from "@kindling/autograd";
import { lossScaleOf, type Networks } from "./networks.ts";
import { recordUpdate } from "./optimizers/recordUpdate.ts";
import type { Recipe } from "./recipe.ts";
import { recordGradients } from "./recordGradients.ts";
import { recordTeacherHeatmaps } from "./teacherHeatmaps.ts";
import { termBalance } from "./weighting/termMeasures.ts";

/** Work and memory of one run of each program of a step, found without compiling them; named as `TrainStep.programs`. */
export function stepCosts(recipe: Recipe, networks: Networks): Readonly<Record<string, GraphCosts>> {
  const teacher = recordTeacherHeatmaps(recipe, networks);
  const gradients = recordGradients(recipe, networks, Object.keys(teacher?.heatmaps ?? {}));
  const update = recordUpdate(networks.store, recipe, lossScaleOf(networks), termBalance(recipe, networks));
  return {
    ...(teacher ? { teacher: graphCosts(teacher.graph, Object.values(teacher.heatmaps)) } : {}),
    gradients: graphCosts(gradients.graph, Object.values(gradients.outputs)),
    update: graphCosts(update.graph, Object.values(update.outputs)),
  };
}
