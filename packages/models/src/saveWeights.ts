import type { ParameterStore } from "@kindling/autograd";
import { fileShape, toFile } from "./fileLayout.ts";
import { foldedIn } from "./foldBatchNorm.ts";
import { type AnyModule, variablesOf } from "./module.ts";
import type { StateDict } from "./stateDict/stateDict.ts";

/**
 * The module's parameters and running statistics with PyTorch's names, relative to its root, and layouts, after all work submitted so far.
 * @throws Error when batch norms were folded: the weights are no longer those of the names.
 */
export async function saveWeights(store: ParameterStore, module: AnyModule): Promise<StateDict> {
  const [folded] = foldedIn(module);
  if (folded) throw new Error(`${folded.convolution.path} holds ${folded.norm.path} folded into it: save the network before it is frozen`);
  const variables = variablesOf(module);
  const values = await store.read(variables.values());
  return new Map(
    [...variables].map(([name, variable]) => [name, { shape: fileShape(variable), data: toFile(variable, values.get(variable)!) }]),
  );
}
