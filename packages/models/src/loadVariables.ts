import type { ParameterStore, Variable } from "@kindling/autograd";
import { fileShape, toMemory } from "./fileLayout.ts";
import { compareStateDict, WeightsMismatchError } from "./stateDict/report.ts";
import type { StateDict } from "./stateDict/stateDict.ts";

/**
 * Writes the tensors of a state dict to the variables that the map names; nothing is written unless every tensor fits.
 * @throws WeightsMismatchError, its message starting with `source`, when a tensor is missing, unexpected, or of another shape.
 */
export function loadVariables(store: ParameterStore, variables: ReadonlyMap<string, Variable>, stateDict: StateDict, source: string): void {
  assertWeightsFit(variables, stateDict, source);
  for (const [name, variable] of variables) store.write(variable, toMemory(variable, stateDict.get(name)!.data));
}

/** @throws WeightsMismatchError, its message starting with `source`, when a tensor is missing, unexpected, or of another shape. */
export function assertWeightsFit(variables: ReadonlyMap<string, Variable>, stateDict: StateDict, source: string): void {
  const expected = new Map([...variables].map(([name, variable]) => [name, fileShape(variable)]));
  const difference = compareStateDict(expected, stateDict);
  if (difference.missing.length + difference.unexpected.length + difference.wrongShape.length > 0) {
    throw new WeightsMismatchError(source, expected.keys(), difference);
  }
}
