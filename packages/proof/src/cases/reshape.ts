import { reshape } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** reshape: of one element, to more axes and to fewer, of sizes that no vector divides. */
export const reshapeFamily: OpFamily = {
  op: "reshape",
  cases: [reshapeCase([1], [1, 1, 1, 1], 895), reshapeCase([2, 3, 5, 7], [6, 35], 896), reshapeCase([16, 4], [2, 2, 16], 897)],
  random(draw) {
    const shape = [draw.size(3), draw.size(), draw.channels()];
    return reshapeCase(shape, draw.oneOf([shape.toReversed(), [sizeOf(shape)], [1, ...shape]]), draw.seed());
  },
};

function reshapeCase(from: Shape, to: Shape, seed: number): OpCase {
  return {
    op: "reshape",
    name: `[${from}] to [${to}]`,
    inputs: [{ name: "x", shape: from, data: randomValues(seed, sizeOf(from)), differentiable: true }],
    build: ([x]) => reshape(x!, to),
    reference: ([x]) => x!,
  };
}
