import { scaleBy } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { scaleByReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** A scalar, one element, and sizes that no workgroup or vector divides. */
const shapes: readonly Shape[] = [[], [1], [3, 7], [5, 13, 3, 3]];

/** scaleBy; its scalars are f32 always. */
export const scaleByFamily: OpFamily = {
  op: "scaleBy",
  cases: shapes.map((shape, i) => make(shape, i % 3, 580 + 2 * i)),
  random: (draw) => make([draw.size(), draw.size(5), draw.channels()], draw.integer(0, 2), draw.seed()),
};

function make(shape: Shape, index: number, seed: number): OpCase {
  return {
    op: "scaleBy",
    name: `[${shape}] by number ${index}`,
    inputs: [
      { name: "x", shape, data: randomValues(seed, sizeOf(shape)), differentiable: true },
      { name: "scalars", shape: [3], data: randomValues(seed + 1, 3), differentiable: false, f32: true },
    ],
    build: ([x, scalars]) => scaleBy(x!, scalars!, index),
    reference: ([x, scalars]) => scaleByReference(x!, scalars!, index).value,
  };
}
