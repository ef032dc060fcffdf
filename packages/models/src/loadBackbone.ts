import type { ParameterStore } from "@kindling/autograd";
import { loadVariables } from "./loadVariables.ts";
import { ModelError } from "./modelError.ts";
import type { PoseModel } from "./poseModel.ts";
import type { StateDict } from "./stateDict/stateDict.ts";

/**
 * Writes pretrained layers to a network that takes some of its layers from a file of another one ({@link PoseModel.backboneOf}); its head stays as it is.
 * What the file holds beside them is left out.
 * @throws ModelError for a network that takes whole files only, WeightsMismatchError when a tensor of the layers is missing, unexpected, or of
 * another shape.
 */
export function loadBackbone(store: ParameterStore, model: PoseModel, stateDict: StateDict, source: string): void {
  const backbone = model.backboneOf?.(new Set(stateDict.keys()));
  if (!backbone) throw new ModelError(`${model.card.name} takes no backbone file, only weights of the whole network`);
  const layers = new Map([...stateDict].filter(([name]) => !backbone.isHead(name)));
  loadVariables(store, backbone.variables, layers, source);
}
