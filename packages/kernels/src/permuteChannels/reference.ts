import type { Reference } from "../reference.ts";
import type { PermuteChannelsProblem } from "./permuteChannels.ts";

/** y[row, c] = x[row, order[c]]. */
export function permuteChannelsReference({ rows, channels, order }: PermuteChannelsProblem, x: Float64Array): Reference {
  const from = order.split(",").map(Number);
  const value = Float64Array.from({ length: rows * channels }, (_, at) => x[at - (at % channels) + from[at % channels]!]!);
  return { value, magnitude: new Float64Array(value.length), terms: 1 };
}
