import type { HeightWidth, ModelCard } from "@kindling/models";
import { NetworkError } from "../networkError.ts";

/** The maps that persons are read from. */
export interface LastMaps {
  /** Places among the network's outputs: those of its last stage. */
  readonly heatmaps: number;
  readonly pafs: number;
  /** In cells. */
  readonly height: number;
  readonly width: number;
}

/** The last maps of joints and of limbs that a network puts out. @throws NetworkError for a network that has not both. */
export function lastMaps({ name, outputs }: ModelCard, input: HeightWidth): LastMaps {
  const made = outputs(input);
  const [heatmaps, pafs] = (["heatmaps", "pafs"] as const).map((kind) => made.findLastIndex((output) => output.kind === kind));
  const shape = made[pafs!]?.shape;
  if (heatmaps! < 0 || !shape) throw new NetworkError(`${name} has no part affinity fields: it finds one person in a box`);
  return { heatmaps: heatmaps!, pafs: pafs!, height: shape[0]!, width: shape[1]! };
}
