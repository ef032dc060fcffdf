import type { Aval } from "@kindling/gpu";

/** Pixels of a batch, all axes but the last together, and the channels of each. */
export function rowsAndChannels({ shape }: Aval): { readonly rows: number; readonly channels: number } {
  return { rows: shape.slice(0, -1).reduce((product, size) => product * size, 1), channels: shape[shape.length - 1]! };
}
