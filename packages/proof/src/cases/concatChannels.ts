import { concatChannels, type Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** concatChannels: one tensor, channels that are and are not multiples of 4, more than two parts. */
export const concatChannelsFamily: OpFamily = {
  op: "concatChannels",
  cases: [[3], [4, 8], [1, 2, 5], [4, 3, 4]].map((channels, i) => concatCase([2, 3, 5], channels, 500 + 8 * i)),
  random: (draw) =>
    concatCase(
      [draw.size(3), draw.size(), draw.size()],
      Array.from({ length: draw.integer(1, 4) }, () => draw.channels()),
      draw.seed(),
    ),
};

function concatCase(pixels: Shape, channels: readonly number[], seed: number): OpCase {
  const inputs = channels.map((count, part) => {
    const shape = [...pixels, count];
    return { name: `part${part}`, shape, data: randomValues(seed + part, sizeOf(shape)), differentiable: true };
  });
  return {
    op: "concatChannels",
    name: `[${pixels}] of ${channels.join(" + ")} channels`,
    inputs,
    build: (parts) => concatChannels(parts as [Tensor, ...Tensor[]]), // every case has at least one part
    reference: (parts) =>
      Float64Array.from(
        Array.from({ length: sizeOf(pixels) }, (_, pixel) =>
          parts.flatMap((data, part) => [...data.subarray(pixel * channels[part]!, (pixel + 1) * channels[part]!)]),
        ).flat(),
      ),
  };
}
