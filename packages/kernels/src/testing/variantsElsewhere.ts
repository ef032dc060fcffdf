import type { Capabilities } from "@kindling/gpu";
import { hasMatricesOf, matrixSides, matrixTile } from "../wgsl/matrixTile.ts";
import { hasSubgroupsOf, type SubgroupSize } from "../wgsl/subgroupTile.wgsl.ts";

/** Ids of the variants for subgroups of these sizes, and for subgroup matrices, that an adapter does not have: its tests cannot run them. */
export function variantsElsewhere(sizes: readonly SubgroupSize[], capabilities: Capabilities): readonly string[] {
  return [
    ...sizes.filter((size) => !hasSubgroupsOf(size, capabilities)).map((size) => `subgroup${size}`),
    ...matrixSides.filter((side) => !hasMatricesOf(matrixTile(side, 1, 1), capabilities, [])).map((side) => `subgroupMatrix${side}`),
  ];
}
