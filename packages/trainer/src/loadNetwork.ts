import { ParameterStore } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { foldBatchNorm, loadWeights, type PoseModel, variablesOf } from "@kindling/models";
import type { NamedWeights } from "./networks.ts";

/** A network on a device, for use and not for training. */
export interface LoadedNetwork extends Disposable {
  readonly model: PoseModel;
  readonly store: ParameterStore;
}

/**
 * Puts a network that was read (`readNetworkFile`) on a device, batch norms folded: from then on it can only be evaluated.
 * @throws WeightsMismatchError when the weights are of another model.
 */
export function loadNetwork(
  device: Device,
  { model, weights }: { readonly model: PoseModel; readonly weights: NamedWeights },
): LoadedNetwork {
  const variables = [...variablesOf(model).values(), ...foldBatchNorm(model)];
  const store = new ParameterStore(device, { variables, trainable: () => false });
  try {
    loadWeights(store, model, weights.tensors, weights.source);
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
  return { model, store, [Symbol.dispose]: () => store[Symbol.dispose]() };
}
