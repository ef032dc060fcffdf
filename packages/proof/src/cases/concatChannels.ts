import { concatChannels, type Tensor } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Cases of concatChannels: one tensor, channels that are and are not multiples of 4, more than two parts. */
export const concatChannelsCases: readonly OpCase[] = [[3], [4, 8], [1, 2, 5], [4, 3, 4]].map((channels, i) => {
  const inputs = channels.map((count, part) => {
    const shape = [2, 3, 5, count];
    return { name: `part${part}`, shape, data: randomValues(500 + 8 * i + part, sizeOf(shape)), differentiable: true };
  });
  return {
    op: "concatChannels",
    name: `${channels.join(" + ")} channels`,
    inputs,
    build: (parts) => concatChannels(parts as [Tensor, ...Tensor[]]), // every row above has at least one part
    reference: (parts) =>
      Float64Array.from(
        Array.from({ length: 30 }, (_, pixel) =>
          parts.flatMap((data, part) => [...data.subarray(pixel * channels[part]!, (pixel + 1) * channels[part]!)]),
        ).flat(),
      ),
  };
});
