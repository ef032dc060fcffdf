import { branchOf } from "@kindling/models";
import { createNetwork } from "./createNetwork.ts";
import type { NetworkFile } from "./networkFile.node.ts";

/**
 * A network whose last stages are an ensemble, with one of them alone, counted from 1: a plain HRNet. It belongs to no run: what the run measured is
 * the ensemble's. @throws ModelError for a network without branches, or without that one.
 */
export function keepBranch({ model, network, weights, input, crop, reading }: NetworkFile, branch: number): NetworkFile {
  const kept = branchOf(model.card.name, weights.tensors, branch);
  const { branches: _, ...others } = network;
  const alone = { ...others, model: kept.model };
  return {
    model: createNetwork(alone, input ?? model.card.inputSize, "network"),
    network: alone,
    weights: { source: weights.source, tensors: kept.weights },
    input,
    crop,
    reading,
    run: null,
  };
}
