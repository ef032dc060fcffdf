import type { ModelLayer } from "@kindling/models";
import { textTable } from "../textTable.ts";
import { bytesText } from "./bytesText.ts";

/** Layers summed by the first `depth` names of their paths, in the order of the first of each. */
export function layersToDepth(layers: readonly ModelLayer[], depth: number): readonly ModelLayer[] {
  const sums = new Map<string, ModelLayer>();
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
    });
  }
  return [...sums.values()];
}

/** Layers as a table, with their sums in the last row. */
export function layerTable(layers: readonly ModelLayer[]): string {
  const sum = (of: (layer: ModelLayer) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const total = {
    parameters: sum((layer) => layer.parameters),
    macs: sum((layer) => layer.macs),
    computedMacs: sum((layer) => layer.computedMacs),
    activationBytes: sum((layer) => layer.activationBytes),
  };
  return textTable([
    ["layer", "ops", "parameters", "MACs", "computed MACs", "activations"],
    ...layers.map((layer) => [layer.name || "(input)", layer.ops.join(" "), ...cells(layer)]),
    ["all", "", ...cells(total)],
  ]);
}

function cells({ parameters, macs, computedMacs, activationBytes }: Omit<ModelLayer, "name" | "ops">): readonly string[] {
  return [String(parameters), String(macs), String(computedMacs), bytesText(activationBytes)];
}
