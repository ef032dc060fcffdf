import { permuteChannels } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { permuteChannelsReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** permuteChannels: pairs exchanged, as left and right joints are, and orders that are not their own inverse. */
export const permuteChannelsFamily: OpFamily = {
  op: "permuteChannels",
  cases: [
    permuteCase([2, 3, 5], [0], 890),
    permuteCase([1, 4, 3], [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15], 891),
    permuteCase([5], [1, 2, 3, 0], 892),
  ],
  random(draw) {
    const keys = randomValues(draw.seed(), draw.channels());
    const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
    return permuteCase([draw.size(3), draw.size(), draw.size()], order, draw.seed());
  },
};

function permuteCase(pixels: Shape, order: readonly number[], seed: number): OpCase {
  const shape = [...pixels, order.length];
  return {
    op: "permuteChannels",
    name: `[${shape}] to ${order}`,
    inputs: [{ name: "x", shape, data: randomValues(seed, sizeOf(shape)), differentiable: true }],
    build: ([x]) => permuteChannels(x!, order),
    reference: ([x]) => permuteChannelsReference({ rows: sizeOf(pixels), channels: order.length, order: order.join() }, x!).value,
  };
}
