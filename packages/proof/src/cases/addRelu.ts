import { addRelu } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { addReluReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** addRelu. */
export const addReluFamily: OpFamily = {
  op: "addRelu",
  cases: ([[1], [2, 5, 3, 7], [2, 4, 3, 8]] as const satisfies Shape[]).map((shape, i) => make(shape, 600 + 2 * i)),
  random: (draw) => make([draw.size(3), draw.size(), draw.channels()], draw.seed()),
};

/** Sums lie at least 0.1 from the kink at zero. */
function make(shape: Shape, seed: number): OpCase {
  const [sums, b] = [randomValues(seed, sizeOf(shape)), randomValues(seed + 1, sizeOf(shape))];
  const a = sums.map((sum, at) => sum + 0.1 * (Math.sign(sum) || 1) - b[at]!);
  return {
    op: "addRelu",
    name: `[${shape}]`,
    inputs: [
      { name: "a", shape, data: a, differentiable: true },
      { name: "b", shape, data: b, differentiable: true },
    ],
    build: ([left, right]) => addRelu(left!, right!),
    reference: ([left, right]) => addReluReference(left!, right!).value,
  };
}
