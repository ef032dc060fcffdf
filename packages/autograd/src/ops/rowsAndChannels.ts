import { type Aval, sizeOf } from "@kindling/gpu";

/** Pixels of a batch, all axes but the last together, and the channels of each. */
export function rowsAndChannels({ shape }: Aval): { readonly rows: number; readonly channels: number } {
  return { rows: sizeOf(shape.slice(0, -1)), channels: shape[shape.length - 1]! };
}
