import { addRelu } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { addReluReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Cases of addRelu. */
export const addReluCases: readonly OpCase[] = ([[1], [2, 5, 3, 7], [2, 4, 3, 8]] as const satisfies Shape[]).map((shape, i) => ({
  op: "addRelu",
  name: `[${shape}]`,
  inputs: ["a", "b"].map((name, operand) => ({
    name,
    shape,
    data: randomValues(600 + 2 * i + operand, sizeOf(shape)),
    differentiable: true,
  })),
  build: ([a, b]) => addRelu(a!, b!),
  reference: ([a, b]) => addReluReference(a!, b!).value,
}));
