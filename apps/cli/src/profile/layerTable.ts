import type { ModelLayer } from "@kindling/models";
import { textTable } from "../textTable.ts";
import { bytesText } from "./bytesText.ts";

/** A layer, and where it is known what training keeps of it. */
export interface ProfiledLayer extends ModelLayer {
  /** Bytes of its outputs that wait for the backward pass. */
  readonly keptBytes?: number;
}

/** Layers summed by the first `depth` names of their paths, in the order of the first of each. */
export function layersToDepth(layers: readonly ProfiledLayer[], depth: number): readonly ProfiledLayer[] {
  const sums = new Map<string, ProfiledLayer>();
  for (const layer of layers) {
    const name = layer.name.split(".").slice(0, depth).join(".");
    const sum = sums.get(name) ?? { name, ops: [], parameters: 0, macs: 0, computedMacs: 0, activationBytes: 0 };
    sums.set(name, {
      name,
      ops: [...new Set([...sum.ops, ...layer.ops])],
      parameters: sum.parameters + layer.parameters,
      macs: sum.macs + layer.macs,
      computedMacs: sum.computedMacs + layer.computedMacs,
      activationBytes: sum.activationBytes + layer.activationBytes,
      ...(layer.keptBytes === undefined ? {} : { keptBytes: (sum.keptBytes ?? 0) + layer.keptBytes }),
    });
  }
  return [...sums.values()];
}

/** Layers as a table, with their sums in the last row. */
export function layerTable(layers: readonly ProfiledLayer[]): string {
  const sum = (of: (layer: ProfiledLayer) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const isTrained = layers.some(({ keptBytes }) => keptBytes !== undefined);
  const total = {
    parameters: sum((layer) => layer.parameters),
    macs: sum((layer) => layer.macs),
    computedMacs: sum((layer) => layer.computedMacs),
    activationBytes: sum((layer) => layer.activationBytes),
    ...(isTrained ? { keptBytes: sum((layer) => layer.keptBytes ?? 0) } : {}),
  };
  return textTable([
    ["layer", "ops", "parameters", "MACs", "computed MACs", "activations", ...(isTrained ? ["kept in training"] : [])],
    ...layers.map((layer) => [layer.name || "(input)", layer.ops.join(" "), ...cells(isTrained ? { keptBytes: 0, ...layer } : layer)]),
    ["all", "", ...cells(total)],
  ]);
}

function cells({ parameters, macs, computedMacs, activationBytes, keptBytes }: Omit<ProfiledLayer, "name" | "ops">): readonly string[] {
  const kept = keptBytes === undefined ? [] : [bytesText(keptBytes)];
  return [String(parameters), String(macs), String(computedMacs), bytesText(activationBytes), ...kept];
}
