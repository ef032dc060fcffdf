import type { ParameterStore } from "@kindling/autograd";
import { loadVariables } from "./loadVariables.ts";
import { type AnyModule, variablesOf } from "./module.ts";
import type { StateDict } from "./stateDict/stateDict.ts";

/**
 * Writes a state dict, named relative to the module's root, to the store; `source` (a file name) only serves the message.
 * Nothing is written unless every tensor fits.
 * @throws WeightsMismatchError when a tensor is missing, unexpected, or of another shape.
 */
export function loadWeights(store: ParameterStore, module: AnyModule, stateDict: StateDict, source: string): void {
  loadVariables(store, variablesOf(module), stateDict, source);
}
