import type { ParameterStore } from "@kindling/autograd";
import { toMemory } from "./fileLayout.ts";
import { writeFolded } from "./foldBatchNorm.ts";
import { loadVariables } from "./loadVariables.ts";
import { type AnyModule, variablesOf } from "./module.ts";
import type { StateDict } from "./stateDict/stateDict.ts";

/**
 * Writes a state dict, named relative to the module's root, to the store; `source` (a file name) only serves the message.
 * Nothing is written unless every tensor fits. Where batch norms were folded (foldBatchNorm), the folded numbers are written.
 * @throws WeightsMismatchError when a tensor is missing, unexpected, or of another shape.
 */
export function loadWeights(store: ParameterStore, module: AnyModule, stateDict: StateDict, source: string): void {
  const variables = variablesOf(module);
  loadVariables(store, variables, stateDict, source);
  const names = new Map([...variables].map(([name, variable]) => [variable, name]));
  writeFolded(store, module, (variable) => toMemory(variable, stateDict.get(names.get(variable)!)!.data)); // all are there: they were loaded
}
