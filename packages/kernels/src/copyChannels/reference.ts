import type { CopyChannelsProblem } from "./copyChannels.ts";

/** y after the copy, given what it held before. */
export function copyChannelsReference(p: CopyChannelsProblem, x: Float64Array, before: Float64Array): Float64Array {
  const y = before.slice();
  for (let row = 0; row < p.rows; row++)
    for (let c = 0; c < p.channels; c++) y[row * p.yChannels + p.yOffset + c] = x[row * p.xChannels + p.xOffset + c]!;
  return y;
}
