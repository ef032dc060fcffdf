import { transpose } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { transposeReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** transpose of one element, of a matrix alone, of sizes that 4 × 4 blocks divide and that they do not. */
export const transposeFamily: OpFamily = {
  op: "transpose",
  cases: [transposeCase([1, 1], 900), transposeCase([5, 17], 901), transposeCase([3, 4, 8], 902), transposeCase([2, 1, 3, 4], 903)],
  random: (draw) => transposeCase([draw.size(3), draw.size(), draw.channels()], draw.seed()),
};

function transposeCase(shape: Shape, seed: number): OpCase {
  const [rows, columns] = shape.slice(-2) as [number, number]; // two axes at least, above
  return {
    op: "transpose",
    name: `[${shape}]`,
    inputs: [{ name: "x", shape, data: randomValues(seed, sizeOf(shape)), differentiable: true }],
    build: ([x]) => transpose(x!),
    reference: ([x]) => transposeReference({ batch: sizeOf(shape.slice(0, -2)), rows, columns }, x!).value,
  };
}
