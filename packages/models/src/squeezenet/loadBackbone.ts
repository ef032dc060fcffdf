import type { ParameterStore } from "@kindling/autograd";
import { loadVariables } from "../loadVariables.ts";
import { variablesOf } from "../module.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import type { SqueezeNetHPE } from "./squeezeNetHPE.ts";

/**
 * Writes the features of a SqueezeNet 1.1 file to the backbone: of torchvision's classifier (`features.*`) or of another pose network
 * (`backbone.*`); what follows the features is left out. The numbers must be for ImageNet-normalised RGB, not for Caffe's BGR.
 * @throws WeightsMismatchError when a tensor of the features is missing, unexpected, or of another shape.
 */
export function loadBackbone(store: ParameterStore, model: SqueezeNetHPE, stateDict: StateDict, source: string): void {
  const prefix = [...stateDict.keys()].some((name) => name.startsWith("backbone.")) ? "backbone." : "features.";
  const variables = new Map([...variablesOf(model.backbone)].map(([name, variable]) => [prefix + name, variable]));
  const features = new Map([...stateDict].filter(([name]) => !/^(?:classifier|conv_heatmap)\./.test(name)));
  loadVariables(store, variables, features, source);
}
