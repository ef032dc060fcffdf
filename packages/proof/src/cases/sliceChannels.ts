import { padChannels, sliceChannels } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** sliceChannels: the first, middle and last channels, all of them, and multiples of 4. */
export const sliceChannelsFamily: OpFamily = {
  op: "sliceChannels",
  cases: [
    sliceCase([2, 3, 5], 1, 0, 1, 840),
    sliceCase([2, 3, 5], 17, 3, 9, 841),
    sliceCase([1, 7, 3], 20, 8, 4, 842),
    sliceCase([3], 8, 4, 4, 843),
  ],
  random(draw) {
    const all = draw.channels();
    const offset = draw.integer(0, all - 1);
    return sliceCase([draw.size(3), draw.size(), draw.size()], all, offset, draw.integer(1, all - offset), draw.seed());
  },
};

/** padChannels, the gradient of a slice. */
export const padChannelsFamily: OpFamily = {
  op: "padChannels",
  cases: [padCase([2, 3, 5], 1, 0, 0, 850), padCase([2, 3, 5], 5, 2, 7, 851), padCase([1, 7, 3], 8, 4, 8, 852), padCase([], 3, 1, 0, 853)],
  random: (draw) => padCase([draw.size(3), draw.size(), draw.size()], draw.channels(), draw.integer(0, 8), draw.integer(0, 8), draw.seed()),
};

function sliceCase(pixels: Shape, all: number, offset: number, channels: number, seed: number): OpCase {
  return {
    op: "sliceChannels",
    name: `[${pixels}] channels ${offset} to ${offset + channels - 1} of ${all}`,
    inputs: [{ name: "x", shape: [...pixels, all], data: randomValues(seed, sizeOf(pixels) * all), differentiable: true }],
    build: ([x]) => sliceChannels(x!, offset, channels),
    reference: ([x]) => x!.filter((_, at) => at % all >= offset && at % all < offset + channels),
  };
}

function padCase(pixels: Shape, channels: number, before: number, after: number, seed: number): OpCase {
  const all = before + channels + after;
  return {
    op: "padChannels",
    name: `[${pixels}] ${before} + ${channels} + ${after} channels`,
    inputs: [{ name: "x", shape: [...pixels, channels], data: randomValues(seed, sizeOf(pixels) * channels), differentiable: true }],
    build: ([x]) => padChannels(x!, before, after),
    reference: ([x]) =>
      Float64Array.from({ length: sizeOf(pixels) * all }, (_, at) => {
        const channel = (at % all) - before;
        return channel >= 0 && channel < channels ? x![Math.floor(at / all) * channels + channel]! : 0;
      }),
  };
}
