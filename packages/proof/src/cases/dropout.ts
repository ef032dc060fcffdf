import { dropout } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { dropoutReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** dropout: one element, sizes that are and are not multiples of 4, little and much that is dropped. */
export const dropoutFamily: OpFamily = {
  op: "dropout",
  cases: [dropoutCase([1], 0.5, 0, 900), dropoutCase([3, 5, 7], 0.1, 3, 901), dropoutCase([2, 5, 8, 4], 0.9, 2 ** 32 - 1, 902)],
  random: (draw) =>
    dropoutCase([draw.size(), draw.size(), draw.channels()], draw.oneOf([0.1, 0.25, 0.5]), draw.integer(0, 99), draw.seed()),
};

function dropoutCase(shape: Shape, p: number, stream: number, seed: number): OpCase {
  return {
    op: "dropout",
    name: `[${shape}] with p ${p}, stream ${stream} of ${seed}`,
    inputs: [
      { name: "x", shape, data: randomValues(seed, sizeOf(shape)), differentiable: true },
      { name: "key", shape: [2], data: Float32Array.of(seed, 3), differentiable: false, u32: true },
    ],
    build: ([x, key]) => dropout(x!, key!, { p, stream, training: true }),
    reference: ([x, key]) => dropoutReference({ size: sizeOf(shape), p, stream }, x!, key!).value,
  };
}
